// Whether somebody still has the recovery phrase: three of its words, asked for by number.

import { createResource, createSignal, For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Dialog, DialogFoot } from "../../components/dialog";
import { TextField } from "../../components/field";
import { Trouble } from "../../components/states";
import { useApp } from "../../stores/app";
import { answerCheck, loadCheck } from "../../stores/recovery";

/** The question. */
export function RecoveryCheckDialog(props: { onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().recovery;
  const [check, { refetch }] = createResource(() => loadCheck(app.keep));
  const [answers, setAnswers] = createSignal<Record<number, string>>({});
  const [wrong, setWrong] = createSignal(false);
  const [busy, setBusy] = createSignal(false);

  const answer = async (event: SubmitEvent) => {
    event.preventDefault();
    const known = check();
    if (!known) {
      props.onClose();
      return;
    }
    setBusy(true);
    const right = await answerCheck(app.keep, known, known.words.map((index) => answers()[index] ?? ""));
    setBusy(false);
    if (!right) {
      setWrong(true);
      return;
    }
    app.toasts.tell(words().right);
    props.onClose();
  };

  return (
    <Dialog title={words().checkTitle} lead={words().checkLead} size="s" testid="recovery-check" onClose={props.onClose}>
      <form class="dialog-form" onSubmit={(event) => void answer(event)}>
        <Show when={!check.error} fallback={<Trouble failure={check.error} onRetry={() => void refetch()} />}>
          <Show when={check() !== null} fallback={<p class="dialog-text">{words().noCheck}</p>}>
          <For each={check()?.words ?? []}>
            {(index, position) => (
              <TextField
                label={words().word(index + 1)}
                value={answers()[index] ?? ""}
                onInput={(value) => {
                  setAnswers({ ...answers(), [index]: value });
                  setWrong(false);
                }}
                error={wrong() && position() === 0 ? words().wrong : null}
                testid={`recovery-word-${position()}`}
                autofocus={position() === 0}
              />
            )}
          </For>
          </Show>
        </Show>
        <DialogFoot confirm={words().checkConfirm} busy={busy()} disabled={check.error !== undefined} onCancel={props.onClose} />
      </form>
    </Dialog>
  );
}
