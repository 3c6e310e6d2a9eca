// Who is kept out.

import { For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { Name } from "../../components/name";
import type { ServerId } from "../../contract";
import { useApp } from "../../stores/app";
import { everyPage } from "../../stores/paging";
import { exactly } from "../../stores/time";
import { revealed } from "../../text/hidden";
import { Listing } from "./listing";
import { Sure } from "./sure";

/** Bans shown. */
const SHOWN_MAX = 1_000;

/** The page. */
export function BansPage(props: { server: ServerId }): JSX.Element {
  const app = useApp();
  const words = () => say().settings.bans;
  return (
    <Listing
      read={() => everyPage((cursor) => app.client.call("member.bans", { server_id: props.server, limit: 200, cursor }), SHOWN_MAX)}
      icon="ban"
      none={words().none}
      noneText={words().noneText}
    >
      {(bans, again) => (
        <ul class="settings-list">
          <For each={bans}>
            {(ban) => (
              <li class="settings-row" data-testid={`ban-${ban.account_id}`}>
                <Avatar id={ban.account_id} name={ban.display_name} size="s" />
                <span class="settings-text">
                  <strong>
                    <Name text={ban.display_name} />
                  </strong>
                  <span class="field-help">
                    {words().by(revealed(app.members.nameOf(props.server, ban.by) ?? say().text.unknownPerson), exactly(ban.at))}
                    <Show when={ban.reason}>
                      {" · "}
                      <Name text={ban.reason} />
                    </Show>
                  </span>
                </span>
                <Show when={app.servers.may(props.server, "BAN")}>
                  <Sure
                    label={words().unban}
                    testid={`unban-${ban.account_id}`}
                    run={async () => {
                      await app.client.call("member.unban", { server_id: props.server, account_id: ban.account_id }, { idempotent: true });
                      again();
                    }}
                  />
                </Show>
              </li>
            )}
          </For>
        </ul>
      )}
    </Listing>
  );
}
