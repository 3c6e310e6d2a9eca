// Tips: what a control is called and which key does the same, shown on hover and on focus by keyboard. One element for all.

import { createSignal, type JSX, onCleanup, onMount, Show } from "solid-js";

import { placeNear } from "./place-near";

/** Milliseconds the pointer rests before the tip shows. */
const REST_MS = 350;

/** Where tips appear; stands once at the root. Whatever has `data-tip` gets one. */
export function TipHost(): JSX.Element {
  const [tip, setTip] = createSignal<{ text: string; keys: string | undefined } | null>(null);
  let host!: HTMLDivElement;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let owner: Element | null = null;

  const hide = () => {
    clearTimeout(timer);
    owner = null;
    if (!tip()) return;
    host.hidePopover();
    setTip(null);
  };

  const show = (target: HTMLElement) => {
    if (!target.isConnected || !target.dataset.tip) return;
    setTip({ text: target.dataset.tip, keys: target.dataset.tipKeys });
    host.showPopover();
    const side = target.dataset.tipSide === "end" ? "end" : "above";
    placeNear(host, target.getBoundingClientRect(), side, 8, "center");
  };

  const on = (event: Event, wait: number) => {
    const target = (event.target as Element | null)?.closest<HTMLElement>("[data-tip]") ?? null;
    if (target === owner) return;
    hide();
    if (!target) return;
    owner = target;
    timer = setTimeout(() => show(target), wait);
  };

  const onOver = (event: PointerEvent) => {
    if (event.pointerType === "mouse") on(event, REST_MS);
  };
  const onFocus = (event: FocusEvent) => {
    if (event.target instanceof Element && event.target.matches(":focus-visible")) on(event, REST_MS);
    else hide();
  };

  onMount(() => {
    document.addEventListener("pointerover", onOver);
    document.addEventListener("focusin", onFocus);
    for (const kind of ["pointerdown", "keydown", "wheel"]) document.addEventListener(kind, hide, { passive: true });
  });
  onCleanup(() => {
    document.removeEventListener("pointerover", onOver);
    document.removeEventListener("focusin", onFocus);
    for (const kind of ["pointerdown", "keydown", "wheel"]) document.removeEventListener(kind, hide);
  });

  return (
    <div ref={host} popover="manual" class="tip" aria-hidden="true">
      <Show when={tip()}>
        {(shown) => (
          <>
            {shown().text}
            <Show when={shown().keys}>
              <kbd>{shown().keys}</kbd>
            </Show>
          </>
        )}
      </Show>
    </div>
  );
}
