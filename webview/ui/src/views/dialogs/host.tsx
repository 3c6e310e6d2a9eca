// Which dialog is open, and the emoji picker.

import { type JSX, Match, Show, Switch } from "solid-js";

import { useApp } from "../../stores/app";
import type { Dialog } from "../../stores/place";
import { EmojiHost } from "../channel/emoji-popover";
import { ConfirmDialog } from "./confirm";
import { CreateChannelDialog } from "./create-channel";
import { CreateServerDialog } from "./create-server";
import { EditChannelDialog } from "../settings/edit-channel";
import { ExpelDialog, TimeoutDialog } from "../settings/moderate";
import { ServerSettings } from "../settings/settings";
import { ExplainDialog } from "./explain";
import { HistoryDialog } from "./history";
import { InviteDialog } from "./invite";
import { JoinDialog } from "./join";
import { KeysDialog } from "./keys";
import { LinkDialog } from "./link";
import { PreferencesDialog } from "./preferences";
import { RecoveryCheckDialog } from "./recovery-check";
import { SwitcherDialog } from "./switcher";

/** The open dialog. */
export function DialogHost(): JSX.Element {
  const app = useApp();
  const close = () => app.place.ask(null);
  return (
    <>
      <Show when={app.place.dialog()} keyed>
        {(dialog) => <One dialog={dialog} onClose={close} />}
      </Show>
      <EmojiHost />
    </>
  );
}

function One(props: { dialog: Dialog; onClose: () => void }): JSX.Element {
  const of = <K extends Dialog["kind"]>(kind: K) =>
    props.dialog.kind === kind ? (props.dialog as Extract<Dialog, { kind: K }>) : false;
  return (
    <Switch>
      <Match when={of("confirm")}>{(dialog) => <ConfirmDialog dialog={dialog()} onClose={props.onClose} />}</Match>
      <Match when={of("create-server")}>
        <CreateServerDialog onClose={props.onClose} />
      </Match>
      <Match when={of("join-server")}>
        {(dialog) => <JoinDialog link={dialog().link ?? ""} onClose={props.onClose} />}
      </Match>
      <Match when={of("create-channel")}>
        {(dialog) => <CreateChannelDialog server={dialog().server} parent={dialog().parent ?? null} onClose={props.onClose} />}
      </Match>
      <Match when={of("create-category")}>
        {(dialog) => <CreateChannelDialog server={dialog().server} parent={null} category onClose={props.onClose} />}
      </Match>
      <Match when={of("invite")}>{(dialog) => <InviteDialog server={dialog().server} onClose={props.onClose} />}</Match>
      <Match when={of("preferences")}>
        <PreferencesDialog onClose={props.onClose} />
      </Match>
      <Match when={of("keys")}>
        <KeysDialog onClose={props.onClose} />
      </Match>
      <Match when={of("switcher")}>
        <SwitcherDialog onClose={props.onClose} />
      </Match>
      <Match when={of("history")}>{(dialog) => <HistoryDialog message={dialog().message} onClose={props.onClose} />}</Match>
      <Match when={of("link")}>
        {(dialog) => <LinkDialog url={dialog().url} label={dialog().label} onClose={props.onClose} />}
      </Match>
      <Match when={of("server-settings")}>
        {(dialog) => <ServerSettings server={dialog().server} page={dialog().page ?? "overview"} onClose={props.onClose} />}
      </Match>
      <Match when={of("edit-channel")}>
        {(dialog) => <EditChannelDialog channel={dialog().channel} onClose={props.onClose} />}
      </Match>
      <Match when={of("expel")}>
        {(dialog) => (
          <ExpelDialog act={dialog().act} server={dialog().server} account={dialog().account} onClose={props.onClose} />
        )}
      </Match>
      <Match when={of("timeout")}>
        {(dialog) => <TimeoutDialog server={dialog().server} account={dialog().account} onClose={props.onClose} />}
      </Match>
      <Match when={of("explain")}>
        {(dialog) => <ExplainDialog channel={dialog().channel} account={dialog().account} onClose={props.onClose} />}
      </Match>
      <Match when={of("recovery-check")}>
        <RecoveryCheckDialog onClose={props.onClose} />
      </Match>
    </Switch>
  );
}
