// Dialogs: the browser's own modal element, which keeps focus inside and what lies below out of reach.

import { createUniqueId, type JSX, onCleanup, onMount, Show } from "solid-js";

import { say } from "../catalogue";
import { Button, IconButton } from "./button";

/** A modal dialog. It is open as long as it is mounted. */
export function Dialog(props: {
  title: string;
  /** A line below the title. */
  lead?: string;
  size?: "s" | "m" | "l";
  class?: string;
  testid?: string;
  /** Without a heading on the screen: the title is its name only. */
  bare?: boolean;
  onClose: () => void;
  children: JSX.Element;
}): JSX.Element {
  const heading = createUniqueId();
  let dialog!: HTMLDialogElement;
  let pressedOutside = false;
  const before = document.activeElement;

  onMount(() => {
    dialog.showModal();
    dialog.querySelector<HTMLElement>("[data-autofocus]")?.focus();
  });
  onCleanup(() => {
    if (dialog.open) dialog.close();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });

  return (
    <dialog
      ref={dialog}
      class={`dialog dialog-${props.size ?? "m"} ${props.class ?? ""}`}
      aria-labelledby={props.bare ? undefined : heading}
      aria-label={props.bare ? props.title : undefined}
      data-testid={props.testid}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onPointerDown={(event) => {
        pressedOutside = event.target === dialog && isOutside(dialog, event);
      }}
      onClick={(event) => {
        if (pressedOutside && event.target === dialog && isOutside(dialog, event)) props.onClose();
      }}
    >
      <Show when={!props.bare}>
        <header class="dialog-head">
          <div>
            <h2 id={heading}>{props.title}</h2>
            <Show when={props.lead}>
              <p class="dialog-lead">{props.lead}</p>
            </Show>
          </div>
          <IconButton icon="close" label={say().common.close} class="dialog-close" onClick={() => props.onClose()} />
        </header>
      </Show>
      {props.children}
    </dialog>
  );
}

/** The two answers at the foot of a dialog. */
export function DialogFoot(props: {
  confirm: string;
  busy?: boolean;
  disabled?: boolean;
  danger?: boolean;
  onCancel: () => void;
  /** What stands on the other side. */
  aside?: JSX.Element;
}): JSX.Element {
  return (
    <footer class="dialog-foot">
      <div class="dialog-aside">{props.aside}</div>
      <Button testid="dialog-cancel" tone="quiet" onClick={() => props.onCancel()}>
        {say().common.cancel}
      </Button>
      <Button
        testid="dialog-confirm"
        tone={props.danger ? "danger" : "primary"}
        submit
        busy={props.busy ?? false}
        disabled={props.disabled ?? false}
      >
        {props.confirm}
      </Button>
    </footer>
  );
}

function isOutside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}
