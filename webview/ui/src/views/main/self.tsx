// Oneself, and how one is connected, at the foot of the channel column.

import { type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { IconButton } from "../../components/button";
import { Name } from "../../components/name";
import { useApp } from "../../stores/app";

/** The foot. */
export function Self(): JSX.Element {
  const app = useApp();
  const reach = () => app.connection.reach();
  const peers = () => app.connection.net()?.peers ?? 0;
  return (
    <section class="self" aria-label={say().main.landmark.self}>
      <Show when={app.identity.me()}>
        {(me) => <Avatar id={me().account_id} name={me().display_name} size="s" />}
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
