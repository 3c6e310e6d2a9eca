// The interface of one session: which of the doors stands open, or the chat itself.

import { createEffect, createSignal, type JSX, Match, on, onCleanup, Show, Switch } from "solid-js";

import { say, speak } from "../catalogue";
import { MenuHost } from "../components/menu";
import { Trouble } from "../components/states";
import { TipHost } from "../components/tip";
import { Client } from "../rpc/client";
import { Failure } from "../rpc/failure";
import { AppProvider, createApp } from "../stores/app";
import { dress } from "../styles/dress";
import { FirstRun } from "./doors/first-run";
import { Door } from "./doors/door";
import { Unlock } from "./doors/unlock";
import { Main } from "./main/main";
import { ToastHost } from "./main/toasts";

/** Everything behind a session. */
export function Interface(props: { token: string; onEnded: () => void }): JSX.Element {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const app = createApp(
    (connection) => new Client(`${scheme}://${location.host}/rpc`, props.token, (line) => connection.setLine(line)),
  );
  const [failure, setFailure] = createSignal<Failure | null>(null);
  const [started, setStarted] = createSignal(false);

  const load = async () => {
    setFailure(null);
    try {
      await app.identity.load();
    } catch (thrown) {
      const failed = Failure.of(thrown);
      if (failed.kind !== "disconnected") setFailure(failed);
    }
  };

  app.client.connect();
  createEffect(
    on(
      () => app.connection.line().state,
      (state) => {
        if (state === "ended") props.onEnded();
        // Also after a loss: the node may have been locked meanwhile.
        if (state === "live") void load();
      },
    ),
  );
  createEffect(
    on(app.identity.standing, async (standing) => {
      if (standing === "ready") {
        try {
          await app.start();
          setStarted(true);
        } catch (thrown) {
          setFailure(Failure.of(thrown));
        }
      } else {
        app.stop();
        setStarted(false);
      }
    }),
  );
  createEffect(() => dress(app.prefs.now));
  createEffect(() => speak(app.prefs.now.language));

  const flush = () => {
    app.drafts.flush();
    app.keep.flush();
  };
  window.addEventListener("pagehide", flush);
  onCleanup(() => {
    window.removeEventListener("pagehide", flush);
    app.stop();
    app.client.close();
  });

  return (
    <AppProvider value={app}>
      <Switch fallback={<Waiting reach={app.connection.reach()} />}>
        <Match when={failure()}>
          {(failed) => (
            <main class="door">
              <Trouble failure={failed()} onRetry={() => void load()} />
            </main>
          )}
        </Match>
        <Match when={app.identity.standing() === "none"}>
          <FirstRun />
        </Match>
        <Match when={app.identity.standing() === "locked"}>
          <Unlock />
        </Match>
        <Match when={started()}>
          <Main />
        </Match>
      </Switch>
      <ToastHost />
      <MenuHost />
      <TipHost />
    </AppProvider>
  );
}

function Waiting(props: { reach: string }): JSX.Element {
  const [patience, setPatience] = createSignal(false);
  // What takes a moment only needs no words.
  const timer = setTimeout(() => setPatience(true), 400);
  onCleanup(() => clearTimeout(timer));
  return (
    <Show when={patience()} fallback={<main class="door" aria-busy="true" />}>
      <Door
        title={say().door.waiting.title}
        lead={props.reach === "offline" ? say().door.waiting.offline : say().door.waiting.lead}
      >
        <span class="spinner spinner-large" role="status" aria-label={say().common.loading} />
      </Door>
    </Show>
  );
}
