// A button for what cannot be taken back lightly: the first press asks, the second does it.

import { createSignal, type JSX, onCleanup } from "solid-js";

import { say } from "../../catalogue";
import { Button } from "../../components/button";
import { useApp } from "../../stores/app";

/** Milliseconds the question stands. */
const ASKS_MS = 4_000;

/** The button. */
export function Sure(props: {
  label: string;
  danger?: boolean;
  disabled?: boolean;
  testid?: string;
  run: () => Promise<unknown>;
}): JSX.Element {
  const app = useApp();
  const [asked, setAsked] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const press = async () => {
    if (!asked()) {
      setAsked(true);
      timer = setTimeout(() => setAsked(false), ASKS_MS);
      return;
    }
    clearTimeout(timer);
    setAsked(false);
    setBusy(true);
    try {
      await props.run();
    } catch (thrown) {
      app.toasts.fail(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      tone={asked() ? (props.danger ? "danger" : "primary") : "plain"}
      busy={busy()}
      disabled={props.disabled ?? false}
      {...(props.testid ? { testid: props.testid } : {})}
      onClick={() => void press()}
    >
      {asked() ? say().settings.sure(props.label) : props.label}
    </Button>
  );
}
