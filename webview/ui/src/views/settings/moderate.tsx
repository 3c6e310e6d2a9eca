// Taking somebody out, or the word from somebody: with a reason that everybody can read.

import { createSignal, type JSX } from "solid-js";

import { say } from "../../catalogue";
import { Dialog, DialogFoot } from "../../components/dialog";
import { Select, TextField } from "../../components/field";
import type { AccountId, ServerId } from "../../contract";
import { Failure } from "../../rpc/failure";
import { useApp } from "../../stores/app";
import { revealed } from "../../text/hidden";

/** Characters of a reason; the node allows 512 bytes. */
const REASON_CHARS = 120;
const MINUTE_MS = 60_000;
const SPANS = { "5m": 5, "1h": 60, "1d": 1_440, "7d": 10_080, end: null } as const;

/** Kicks or bans. */
export function ExpelDialog(props: {
  act: "kick" | "ban";
  server: ServerId;
  account: AccountId;
  onClose: () => void;
}): JSX.Element {
  const app = useApp();
  const words = () => say().moderate[props.act];
  const [reason, setReason] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [wrong, setWrong] = createSignal<string | null>(null);
  const name = () => revealed(app.members.nameOf(props.server, props.account) ?? say().text.unknownPerson);
  const run = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const params = { server_id: props.server, account_id: props.account, ...(reason().trim() ? { reason: reason().trim() } : {}) };
      await app.client.call(props.act === "kick" ? "member.kick" : "member.ban", params);
      app.members.remove(props.server, props.account);
      props.onClose();
    } catch (thrown) {
      setWrong(say().failure.text(Failure.of(thrown)));
      setBusy(false);
    }
  };
  return (
    <Dialog title={words().title(name())} size="s" testid={`${props.act}-dialog`} onClose={props.onClose}>
      <form class="dialog-form" onSubmit={(event) => void run(event)}>
        <p class="dialog-text">{words().body}</p>
        <TextField
          label={say().moderate.reason}
          value={reason()}
          onInput={setReason}
          help={say().moderate.reasonHelp}
          error={wrong()}
          maxLength={REASON_CHARS}
          testid="moderate-reason"
          autofocus
        />
        <p class="dialog-note">{say().moderate.atOnce}</p>
        <DialogFoot confirm={words().confirm} danger busy={busy()} onCancel={props.onClose} />
      </form>
    </Dialog>
  );
}

/** Takes the word from somebody for a while, or gives it back. */
export function TimeoutDialog(props: { server: ServerId; account: AccountId; onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().moderate.timeout;
  const [span, setSpan] = createSignal<keyof typeof SPANS>("1h");
  const [reason, setReason] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [wrong, setWrong] = createSignal<string | null>(null);
  const name = () => revealed(app.members.nameOf(props.server, props.account) ?? say().text.unknownPerson);
  const run = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const minutes = SPANS[span()];
      await app.client.call("member.timeout", {
        server_id: props.server,
        account_id: props.account,
        ...(minutes === null ? {} : { until: Date.now() + minutes * MINUTE_MS }),
        ...(reason().trim() ? { reason: reason().trim() } : {}),
      });
      app.members.put(props.server, await app.client.call("member.get", { server_id: props.server, account_id: props.account }));
      props.onClose();
    } catch (thrown) {
      setWrong(say().failure.text(Failure.of(thrown)));
      setBusy(false);
    }
  };
  return (
    <Dialog title={words().title(name())} size="s" testid="timeout-dialog" onClose={props.onClose}>
      <form class="dialog-form" onSubmit={(event) => void run(event)}>
        <p class="dialog-text">{words().body}</p>
        <Select
          label={words().span}
          value={span()}
          onChange={setSpan}
          options={(Object.keys(SPANS) as Array<keyof typeof SPANS>).map((value) => ({ value, label: words().spans[value] }))}
          testid="timeout-span"
        />
        <TextField
          label={say().moderate.reason}
          value={reason()}
          onInput={setReason}
          help={say().moderate.reasonHelp}
          error={wrong()}
          maxLength={REASON_CHARS}
          testid="moderate-reason"
        />
        <DialogFoot confirm={words().confirm} busy={busy()} onCancel={props.onClose} />
      </form>
    </Dialog>
  );
}
