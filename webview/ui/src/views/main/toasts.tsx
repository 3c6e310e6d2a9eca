// Short news at the edge of the window.

import { createEffect, For, type JSX } from "solid-js";

import { say } from "../../catalogue";
import { IconButton } from "../../components/button";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";

/** Where news appears; above dialogs too. */
export function ToastHost(): JSX.Element {
  const app = useApp();
  let host!: HTMLDivElement;
  createEffect(() => {
    const any = app.toasts.shown().length > 0;
    // Shown anew each time: what opened later lies above.
    if (host.matches(":popover-open")) host.hidePopover();
    if (any) host.showPopover();
  });
  return (
    <div ref={host} popover="manual" class="toasts" role="status" aria-live="polite" data-testid="toasts">
      <For each={app.toasts.shown()}>
        {(toast) => (
          <div class={`toast toast-${toast.tone}`}>
            <Icon name={toast.tone === "bad" ? "alert" : "info"} />
            <p>{toast.text}</p>
            <IconButton icon="close" size="s" label={say().common.dismiss} onClick={() => app.toasts.dismiss(toast.id)} />
          </div>
        )}
      </For>
    </div>
  );
}
