// Oneself, and how one is connected, at the foot of the channel column.

import { type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar, type Dot } from "../../components/avatar";
import { IconButton } from "../../components/button";
import { type MenuItem, openMenuOn } from "../../components/menu";
import { Name } from "../../components/name";
import type { OwnStatus } from "../../contract";
import { type App, useApp } from "../../stores/app";
import { dotOf } from "./status";

const STATUSES = ["online", "idle", "dnd", "invisible"] as const satisfies readonly OwnStatus[];

function statusMenu(app: App): MenuItem[] {
  return STATUSES.map((status) => ({
    label: say().main.status[status],
    checked: app.presence.mine().status === status,
    testid: `status-${status}`,
    run: () => {
      app.presence.say({ status }).catch(app.toasts.fail);
    },
  }));
}

/** The foot. */
export function Self(): JSX.Element {
  const app = useApp();
  const reach = () => app.connection.reach();
  const dot = (): Dot => {
    return reach() === "offline" ? "offline" : dotOf(app.presence.mine().status);
  };
  const peers = () => app.connection.net()?.peers ?? 0;
  return (
    <section class="self" aria-label={say().main.landmark.self}>
      <Show when={app.identity.me()}>
        {(me) => (
          <button
            type="button"
            class="self-avatar"
            aria-haspopup="menu"
            aria-label={say().main.status.title}
            data-tip={say().main.status.title}
            data-testid="status-menu"
            onClick={(event) => openMenuOn(event.currentTarget, say().main.status.title, statusMenu(app), "above")}
          >
            <Avatar id={me().account_id} name={me().display_name} size="s" dot={dot()} />
          </button>
        )}
      </Show>
      <span class="self-text">
        <Show when={app.identity.me()}>{(me) => <Name text={me().display_name} class="self-name" />}</Show>
        <button
          type="button"
          class="connection"
          data-testid="connection-state"
          data-state={reach()}
          data-tip={say().main.connectionTip}
          aria-label={say().main.connection(reach(), peers())}
          onClick={() => app.place.show(app.place.panel()?.kind === "network" ? null : { kind: "network" })}
        >
          <span class="connection-dot" aria-hidden="true" />
          <span class="connection-text">{say().main.connectionShort(reach(), peers())}</span>
        </button>
      </span>
      <IconButton
        icon="settings"
        label={say().main.preferences}
        keys="Ctrl+,"
        testid="preferences-open"
        onClick={() => app.place.ask({ kind: "preferences" })}
      />
    </section>
  );
}
