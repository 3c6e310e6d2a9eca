// The emoji picker beside whatever it was opened for: a message to react to, or a text to write in. One at a time.

import { createEffect, createSignal, type JSX, onCleanup, Show } from "solid-js";

import { say } from "../../catalogue";
import { type Anchor, placeNear } from "../../components/place-near";
import type { Message } from "../../contract";
import { EmojiPicker } from "../../emoji/picker";
import type { App } from "../../stores/app";
import { toggleReaction } from "./actions";

interface Open {
  anchor: Anchor;
  onPick(emoji: string): void;
  focusBack: Element | null;
}

const [open, setOpen] = createSignal<Open | null>(null);

/** Opens the picker at a button; what is picked is a reaction. */
export function openEmojiOn(app: App, button: Element, message: Message): void {
  setOpen({
    anchor: button.getBoundingClientRect(),
    onPick: (emoji) => void toggleReaction(app, message, emoji),
    focusBack: document.activeElement,
  });
}

/** Opens the picker at a message; what is picked is a reaction. */
export function openEmojiFor(app: App, message: Message): void {
  const row = document.querySelector(`[data-testid="message-${CSS.escape(message.id)}"]`);
  if (!row) return;
  const box = row.getBoundingClientRect();
  const at = { left: box.right - 24, right: box.right - 24, top: box.top, bottom: box.top + 24 };
  setOpen({ anchor: at, onPick: (emoji) => void toggleReaction(app, message, emoji), focusBack: row });
}

/** Opens the picker at a button of a text field. */
export function openEmojiForText(button: Element, field: HTMLElement, onPick: (emoji: string) => void): void {
  setOpen({ anchor: button.getBoundingClientRect(), onPick, focusBack: field });
}

/** Whether the picker is open. */
export function emojiIsOpen(): boolean {
  return open() !== null;
}

/** Where the picker appears; stands once in the chat. */
export function EmojiHost(): JSX.Element {
  return <Show when={open()}>{(opened) => <Popover opened={opened()} />}</Show>;
}

function Popover(props: { opened: Open }): JSX.Element {
  let host!: HTMLDivElement;
  const close = () => {
    const { focusBack } = props.opened;
    setOpen(null);
    if (focusBack instanceof HTMLElement && focusBack.isConnected) focusBack.focus();
  };
  createEffect(() => {
    host.showPopover();
    placeNear(host, props.opened.anchor, "above", 6, "end");
  });
  const onOutside = (event: Event) => {
    if (!host.contains(event.target as Node)) close();
  };
  document.addEventListener("pointerdown", onOutside, true);
  onCleanup(() => document.removeEventListener("pointerdown", onOutside, true));
  return (
    <div
      ref={host}
      popover="manual"
      class="emoji-popover"
      role="dialog"
      aria-label={say().emoji.title}
      data-testid="emoji-picker"
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") close();
      }}
      onFocusOut={(event) => {
        if (event.relatedTarget && !host.contains(event.relatedTarget as Node)) close();
      }}
    >
      <EmojiPicker
        onPick={(emoji) => {
          props.opened.onPick(emoji);
          close();
        }}
      />
    </div>
  );
}
