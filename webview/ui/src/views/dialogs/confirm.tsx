// A question with two answers.

import { createSignal, type JSX } from "solid-js";

import { Dialog, DialogFoot } from "../../components/dialog";
import { useApp } from "../../stores/app";
import type { Confirm } from "../../stores/place";

/** The question. */
export function ConfirmDialog(props: { dialog: Confirm; onClose: () => void }): JSX.Element {
  const app = useApp();
  const [busy, setBusy] = createSignal(false);
  const run = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await props.dialog.run();
      props.onClose();
    } catch (thrown) {
      app.toasts.fail(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={props.dialog.title} size="s" testid="confirm-dialog" onClose={props.onClose}>
      <form class="dialog-form" onSubmit={(event) => void run(event)}>
        <p class="dialog-text">{props.dialog.body}</p>
        <DialogFoot
          confirm={props.dialog.confirm}
          danger={props.dialog.danger ?? false}
          busy={busy()}
          onCancel={props.onClose}
        />
      </form>
    </Dialog>
  );
}
