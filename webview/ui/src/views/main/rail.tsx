// The rail: one's servers, and the ways to more.

import { For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { ServerIcon } from "../../components/avatar";
import { openMenuAt } from "../../components/menu";
import { oneStop, rove } from "../../components/roving";
import type { Server } from "../../contract";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { revealed } from "../../text/hidden";
import { serverMenu } from "./server-menu";

/** The rail. */
export function Rail(): JSX.Element {
  const app = useApp();
  return (
    <nav
      class="rail"
      aria-label={say().main.landmark.servers}
      data-landmark="servers"
      ref={(nav) => oneStop(nav)}
      onKeyDown={(event) => rove(event)}
    >
      <ul class="rail-list">
        <For each={app.servers.list()}>{(server) => <RailServer server={server} />}</For>
      </ul>
      <span class="rail-line" aria-hidden="true" />
      <button
        type="button"
        class="rail-action"
        data-stop
        data-testid="server-create"
        data-tip={say().main.createServer}
        data-tip-side="end"
        aria-label={say().main.createServer}
        onClick={() => app.place.ask({ kind: "create-server" })}
      >
        <Icon name="plus" size="l" />
      </button>
      <button
        type="button"
        class="rail-action"
        data-stop
        data-testid="server-join"
        data-tip={say().main.joinServer}
        data-tip-side="end"
        aria-label={say().main.joinServer}
        onClick={() => app.place.ask({ kind: "join-server" })}
      >
        <Icon name="link" size="l" />
      </button>
      <button
        type="button"
        class="rail-action"
        data-stop
        data-testid="directory-open"
        data-tip={say().main.directory}
        data-tip-side="end"
        aria-label={say().main.directory}
        aria-current={app.place.view() === "directory" ? "page" : undefined}
        onClick={() => app.place.openDirectory()}
      >
        <Icon name="compass" size="l" />
      </button>
    </nav>
  );
}

function RailServer(props: { server: Server }): JSX.Element {
  const app = useApp();
  const counts = () =>
    app.channels.loaded(props.server.id)
      ? app.channels.unreadIn(props.server.id)
      : { unread: props.server.unread, mentions: props.server.mentions };
  const current = () => app.place.view() === "channel" && app.place.server() === props.server.id;
  return (
    <li class="rail-item" classList={{ current: current(), unread: counts().unread > 0 }}>
      <button
        type="button"
        class="rail-server"
        data-stop
        data-testid={`server-${props.server.id}`}
        data-tip={revealed(props.server.name)}
        data-tip-side="end"
        aria-label={say().main.serverLabel(revealed(props.server.name), counts().unread, counts().mentions)}
        aria-current={current() ? "page" : undefined}
        onClick={() => void app.enterServer(props.server.id)}
        onContextMenu={(event) => openMenuAt(event, props.server.name, serverMenu(app, props.server))}
      >
        <ServerIcon id={props.server.id} name={props.server.name} />
        <Show when={counts().mentions > 0}>
          <span class="badge" aria-hidden="true">
            {counts().mentions > 99 ? "99+" : counts().mentions}
          </span>
        </Show>
      </button>
    </li>
  );
}
