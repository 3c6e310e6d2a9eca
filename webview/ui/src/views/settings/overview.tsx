// What a server is, and how it ends.

import { type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { ServerIcon } from "../../components/avatar";
import { Button } from "../../components/button";
import { Name } from "../../components/name";
import type { ServerId } from "../../contract";
import { useApp } from "../../stores/app";
import { copyText } from "../channel/actions";
import { PublicLine } from "../main/public-line";
import { EditServer } from "./edit-server";
import { Sure } from "./sure";

/** The page. */
export function OverviewPage(props: { server: ServerId; onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().settings.overview;
  const owner = () => app.servers.get(props.server)?.owners.includes(app.identity.me()?.account_id ?? "acc_") ?? false;
  return (
    <Show when={app.servers.get(props.server)}>
      {(server) => (
        <div class="prefs-form">
          <div class="prefs-me">
            <ServerIcon id={server().id} name={server().name} size="l" />
            <div>
              <h3 class="join-name">
                <Name text={server().name} />
              </h3>
              <p class="field-help">
                <Name text={server().description || words().noDescription} />
              </p>
            </div>
          </div>
          <Show when={server().visibility === "public"}>
            <PublicLine long />
          </Show>
          <dl class="facts">
            <dt>{words().visibility}</dt>
            <dd>{server().visibility === "public" ? words().public : words().private}</dd>
            <dt>{words().members}</dt>
            <dd>{server().members_count}</dd>
            <dt>{words().channels}</dt>
            <dd>{server().channels_count}</dd>
            <dt>{words().rate}</dt>
            <dd>{words().rateText(server().message_rate.per_second, server().message_rate.burst)}</dd>
            <dt>{words().mine}</dt>
            <dd class="chips">
              {server().permissions.map((bit) => (
                <span class="chip">{say().permissions[bit as keyof ReturnType<typeof say>["permissions"]]?.label ?? bit}</span>
              ))}
            </dd>
            <dt>{words().id}</dt>
            <dd class="mono">{server().id}</dd>
          </dl>
          <Show when={app.servers.may(props.server, "MANAGE_SERVER")}>
            <EditServer server={server()} />
          </Show>
          <div class="prefs-actions-start">
            <Button icon="copy" onClick={() => void copyText(app, server().id)}>
              {say().common.copy}
            </Button>
            <Show when={owner()}>
              <Sure
                label={words().delete}
                danger
                testid="server-delete"
                run={async () => {
                  await app.client.call("server.delete", { server_id: props.server }, { idempotent: true });
                  props.onClose();
                }}
              />
            </Show>
          </div>
          <Show when={owner()}>
            <p class="field-help">{words().deleteHelp}</p>
          </Show>
        </div>
      )}
    </Show>
  );
}
