// A locked node: its keys are sealed until the passphrase is given.

import { createSignal, type JSX } from "solid-js";

import { say } from "../../catalogue";
import { Button } from "../../components/button";
import { TextField } from "../../components/field";
import { Failure } from "../../rpc/failure";
import { useApp } from "../../stores/app";
import { Door } from "./door";

/** Asks for the passphrase. */
export function Unlock(): JSX.Element {
  const app = useApp();
  const words = () => say().door.unlock;
  const [passphrase, setPassphrase] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [wrong, setWrong] = createSignal<string | null>(null);
  let input: HTMLInputElement | undefined;

  const unlock = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    setBusy(true);
    try {
      await app.identity.unlock(passphrase());
    } catch (thrown) {
      const failure = Failure.of(thrown);
      setWrong(failure.kind === "locked" ? words().wrong : say().failure.text(failure));
      setPassphrase("");
      setBusy(false);
      input?.focus();
    }
  };

  return (
    <Door title={words().title} lead={words().lead(app.identity.me()?.display_name)}>
      <form class="door-form" onSubmit={(event) => void unlock(event)}>
        <TextField
          label={words().passphrase}
          type="password"
          value={passphrase()}
          onInput={(value) => {
            setPassphrase(value);
            setWrong(null);
          }}
          error={wrong()}
          testid="unlock-passphrase"
          autocomplete="current-password"
          ref={(element) => {
            input = element;
            queueMicrotask(() => element.focus());
          }}
        />
        <Button tone="primary" submit busy={busy()} disabled={passphrase() === ""} testid="unlock" class="button-wide">
          {words().unlock}
        </Button>
      </form>
    </Door>
  );
}
