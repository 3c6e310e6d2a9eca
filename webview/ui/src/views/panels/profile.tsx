// One person in one server.

import { For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { Button } from "../../components/button";
import { Name } from "../../components/name";
import { Empty } from "../../components/states";
import type { AccountId, ServerId } from "../../contract";
import { useApp } from "../../stores/app";
import { day } from "../../stores/time";
import { hueOf } from "../../text/ids";
import { copyText } from "../channel/actions";
import { dotOf, statusOf, statusText, statusWord } from "../main/status";
import { Panel } from "./panel";

/** The panel. */
export function ProfilePanel(props: { server: ServerId; account: AccountId }): JSX.Element {
  const app = useApp();
  const words = () => say().profile;
  const member = () => app.members.get(props.server, props.account);
  const me = () => props.account === app.identity.me()?.account_id;
  const bio = () => (me() ? app.identity.me()?.bio : member()?.bio);
  const owner = () => app.servers.get(props.server)?.owners.includes(props.account) ?? false;

  return (
    <Panel title={words().title} icon="user" testid="profile-panel">
      <div class="panel-scroll panel-body">
        <Show when={member()} fallback={<Empty icon="user" title={words().gone} text={words().goneText} />}>
          {(known) => (
            <>
              <div class={`profile-banner hue-${hueOf(props.account)}`} aria-hidden="true" />
              <div class="profile-top">
                <Avatar id={props.account} name={known().display_name} size="xl" dot={dotOf(statusOf(app, known()))} />
                <h3 class="profile-name">
                  <Name text={known().display_name} />
                </h3>
                <p class="profile-state">
                  {statusWord(statusOf(app, known()))}
                  <Show when={statusText(app, known())}>
                    {(text) => (
                      <>
                        {" · "}
                        <Name text={text()} />
                      </>
                    )}
                  </Show>
                </p>
              </div>
              <Show when={bio()}>{(text) => <p class="profile-bio" dir="auto"><Name text={text()} /></p>}</Show>
              <dl class="facts">
                <dt>{words().roles}</dt>
                <dd class="chips">
                  <Show when={owner()}>
                    <span class="chip">{say().roles.one.owner}</span>
                  </Show>
                  <For each={known().roles.filter((role) => !(owner() && role === "owner"))}>
                    {(role) => <span class="chip">{roleName(role)}</span>}
                  </For>
                </dd>
                <dt>{words().joined}</dt>
                <dd>{day(known().joined_at)}</dd>
                <dt>{words().account}</dt>
                <dd class="mono profile-id">{props.account}</dd>
              </dl>
              <div class="profile-actions">
                <Button icon="copy" onClick={() => void copyText(app, props.account)}>
                  {words().copyId}
                </Button>
                <Show when={me()}>
                  <Button icon="edit" onClick={() => app.place.ask({ kind: "preferences" })}>
                    {words().edit}
                  </Button>
                </Show>
              </div>
            </>
          )}
        </Show>
      </div>
    </Panel>
  );
}


function roleName(role: string): string {
  const names: Record<string, string> = say().roles.one;
  return names[role] ?? role;
}
