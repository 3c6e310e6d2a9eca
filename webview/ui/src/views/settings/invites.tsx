// The invites of a server.

import { For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Button } from "../../components/button";
import type { ServerId } from "../../contract";
import { useApp } from "../../stores/app";
import { everyPage } from "../../stores/paging";
import { exactly } from "../../stores/time";
import { revealed } from "../../text/hidden";
import { copyText } from "../channel/actions";
import { Listing } from "./listing";
import { Sure } from "./sure";

/** Invites shown. */
const SHOWN_MAX = 500;

/** The page. */
export function InvitesPage(props: { server: ServerId }): JSX.Element {
  const app = useApp();
  const words = () => say().settings.invites;
  return (
    <div class="prefs-form">
      <Show when={app.servers.may(props.server, "INVITE")}>
        <div class="prefs-actions-start">
          <Button tone="primary" icon="userPlus" onClick={() => app.place.ask({ kind: "invite", server: props.server })}>
            {say().serverMenu.invite}
          </Button>
        </div>
      </Show>
      <Listing
        read={() => everyPage((cursor) => app.client.call("invite.list", { server_id: props.server, limit: 200, cursor }), SHOWN_MAX)}
        icon="link"
        none={words().none}
      >
        {(invites, again) => (
          <ul class="settings-list">
            <For each={invites}>
              {(invite) => (
                <li class="settings-row" classList={{ "settings-off": invite.revoked }} data-testid={`invite-${invite.id}`}>
                  <span class="settings-text">
                    <strong>
                      {words().by(revealed(app.members.nameOf(props.server, invite.created_by) ?? say().text.unknownPerson))}
                    </strong>
                    <span class="field-help">
                      {words().uses(invite.uses, invite.max_uses ?? null)} ·{" "}
                      {invite.revoked ? words().revoked : invite.expires_at ? words().until(exactly(invite.expires_at)) : words().forever}
                    </span>
                  </span>
                  <Show when={!invite.revoked}>
                    <Show when={invite.link}>
                      <Button tone="quiet" icon="copy" onClick={() => void copyText(app, invite.link)}>
                        {say().common.copy}
                      </Button>
                    </Show>
                    <Sure
                      label={words().revoke}
                      danger
                      testid={`revoke-${invite.id}`}
                      run={async () => {
                        await app.client.call("invite.revoke", { invite_id: invite.id, server_id: props.server }, { idempotent: true });
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
    </div>
  );
}
