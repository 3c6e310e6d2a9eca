// A line over everything while the node cannot be reached: what that means, and when it is tried again.

import { createSignal, type JSX, onCleanup, Show } from "solid-js";

import { say } from "../../catalogue";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";

/** Milliseconds a loss lasts before it is worth a line. */
const WORTH_A_LINE_MS = 700;

/** The line. */
export function Banner(): JSX.Element {
  const app = useApp();
  const [now, setNow] = createSignal(Date.now());
  const [lostAt, setLostAt] = createSignal<number | null>(null);
  const timer = setInterval(() => {
    const lost = app.connection.line().state !== "live";
    if (lost) {
      setNow(Date.now());
      setLostAt(lostAt() ?? Date.now());
    } else if (lostAt() !== null) {
      setLostAt(null);
    }
  }, 500);
  onCleanup(() => clearInterval(timer));

  const shown = () => {
    const at = lostAt();
    return app.connection.line().state !== "live" && at !== null && now() - at >= WORTH_A_LINE_MS;
  };
  const wait = () => {
    const line = app.connection.line();
    return line.state === "waiting" ? Math.max(0, Math.ceil((line.nextAt - now()) / 1_000)) : 0;
  };

  return (
    <Show when={shown()}>
      <div class="banner" role="status" data-testid="offline-banner">
        <Icon name="alert" />
        <span>{say().main.lost(wait())}</span>
        <button type="button" class="banner-button" onClick={() => app.client.connect()}>
          {say().main.tryNow}
        </button>
      </div>
    </Show>
  );
}
