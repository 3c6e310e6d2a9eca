// The first minute: a name, and one is in a place of one's own. The phrase and everything else come after the first message.

import { createSignal, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Button } from "../../components/button";
import { TextField } from "../../components/field";
import { Failure } from "../../rpc/failure";
import { useApp } from "../../stores/app";
import { Door } from "./door";

/** Characters of a name; the node's own bound. */
export const DISPLAY_NAME_CHARS = 32;

/** Asks for a name and makes account and first server. */
export function FirstRun(): JSX.Element {
  const app = useApp();
  const words = () => say().door.firstRun;
  const [name, setName] = createSignal("");
  const [locked, setLocked] = createSignal(false);
  const [passphrase, setPassphrase] = createSignal("");
  const [again, setAgain] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [wrong, setWrong] = createSignal<string | null>(null);

  const mismatch = () => locked() && again() !== "" && again() !== passphrase();
  const ready = () => name().trim() !== "" && (!locked() || (passphrase() !== "" && passphrase() === again()));

  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!ready() || busy()) return;
    setBusy(true);
    try {
      await app.identity.create(name().trim(), locked() ? passphrase() : null);
    } catch (thrown) {
      const failure = Failure.of(thrown);
      // Made elsewhere meanwhile: then there is an account to go on with.
      if (failure.kind !== "already_exists") {
        setWrong(say().failure.text(failure));
        setBusy(false);
        return;
      }
    }
    await makeHome();
  };

  const makeHome = async () => {
    try {
      const home = await app.client.call("server.create", { name: words().homeName, visibility: "private" });
      app.servers.put(home);
      await app.channels.load(home.id);
      await app.enterServer(home.id);
    } catch (thrown) {
      // One can be made by hand; the empty view says so.
      app.toasts.fail(thrown);
    }
    if (app.identity.phrase()) app.place.show({ kind: "recovery" });
    try {
      await app.identity.load();
    } catch (thrown) {
      setWrong(say().failure.text(Failure.of(thrown)));
      setBusy(false);
    }
  };

  return (
    <Door title={words().title} lead={words().lead} foot={words().foot}>
      <form class="door-form" onSubmit={(event) => void start(event)}>
        <TextField
          label={words().name}
          value={name()}
          onInput={(value) => {
            setName(value);
            setWrong(null);
          }}
          placeholder={words().namePlaceholder}
          help={words().nameHelp}
          error={wrong()}
          maxLength={DISPLAY_NAME_CHARS}
          testid="first-run-name"
          autocomplete="nickname"
          ref={(input) => queueMicrotask(() => input.focus())}
        />
        <label class="check">
          <input type="checkbox" checked={locked()} onChange={(event) => setLocked(event.currentTarget.checked)} data-testid="first-run-lock" />
          <span>{words().lock}</span>
        </label>
        <Show when={locked()}>
          <TextField
            label={words().passphrase}
            type="password"
            value={passphrase()}
            onInput={setPassphrase}
            help={words().passphraseHelp}
            testid="first-run-passphrase"
            autocomplete="new-password"
          />
          <TextField
            label={words().passphraseAgain}
            type="password"
            value={again()}
            onInput={setAgain}
            error={mismatch() ? words().mismatch : null}
            testid="first-run-passphrase-again"
            autocomplete="new-password"
          />
        </Show>
        <Button tone="primary" submit busy={busy()} disabled={!ready()} testid="first-run-start" class="button-wide">
          {words().start}
        </Button>
      </form>
    </Door>
  );
}
