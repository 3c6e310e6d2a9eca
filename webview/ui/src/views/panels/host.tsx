// Which panel is open.

import { type JSX, Match, Show, Switch } from "solid-js";

import { say } from "../../catalogue";
import type { Panel as Open } from "../../stores/place";
import { MemberColumn } from "../main/members";
import { NetworkPanel } from "./network";
import { Panel } from "./panel";
import { PinsPanel } from "./pins";
import { ProfilePanel } from "./profile";
import { RecoveryPanel } from "./recovery";
import { ThreadPanel } from "./thread";

/** The open panel. */
export function PanelHost(props: { panel: Open }): JSX.Element {
  const of = <K extends Open["kind"]>(kind: K) =>
    props.panel.kind === kind ? (props.panel as Extract<Open, { kind: K }>) : false;
  return (
    <Switch>
      <Match when={of("thread")}>
        {(panel) => (
          <Show when={panel().root} keyed>
            {(root) => <ThreadPanel channel={panel().channel} root={root} />}
          </Show>
        )}
      </Match>
      <Match when={of("pins")}>
        {(panel) => (
          <Show when={panel().channel} keyed>
            {(channel) => <PinsPanel channel={channel} />}
          </Show>
        )}
      </Match>
      <Match when={of("network")}>
        <NetworkPanel />
      </Match>
      <Match when={of("members")}>
        {(panel) => (
          <Panel title={say().main.members} icon="users" testid="members-panel">
            <MemberColumn server={panel().server} />
          </Panel>
        )}
      </Match>
      <Match when={of("recovery")}>
        <RecoveryPanel />
      </Match>
      <Match when={of("profile")}>
        {(panel) => (
          <Show when={`${panel().server} ${panel().account}`} keyed>
            {(_key) => <ProfilePanel server={panel().server} account={panel().account} />}
          </Show>
        )}
      </Match>
    </Switch>
  );
}
