// Keys of a text field with a list of offers.

import type { Writing } from "./writing";

/** Handles keys for the list of offers; true if it was one. */
export function onOfferKey(writing: Writing, field: HTMLTextAreaElement, event: KeyboardEvent): boolean {
  const count = writing.offers().length;
  if (count === 0 || event.isComposing) return false;
  switch (event.key) {
    case "ArrowDown":
      writing.choose((writing.chosen() + 1) % count);
      break;
    case "ArrowUp":
      writing.choose((writing.chosen() + count - 1) % count);
      break;
    case "Enter":
    case "Tab":
      if (event.shiftKey) return false;
      writing.take(field);
      break;
    case "Escape":
      writing.close();
      break;
    default:
      return false;
  }
  event.preventDefault();
  event.stopPropagation();
  return true;
}

/** Pixels a field grows to before it scrolls. */
const FIELD_MAX_PX = 320;

/** Makes a field as high as its text. */
export function fit(field: HTMLTextAreaElement): void {
  field.style.height = "0";
  field.style.height = `${Math.min(FIELD_MAX_PX, field.scrollHeight)}px`;
}

/** Bytes of a text as the node counts them. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Bytes of a message; the node's own bound. */
export const TEXT_BYTES = 8 * 1024;
