// Links of our own kind, `moot://…`, that were followed outside and brought here: they wait until somebody can look at them.

import { createSignal } from "solid-js";

const [link, setLink] = createSignal<string | null>(null);

/** The link that waits. */
export const broughtLink = link;

/** A link was followed. */
export function bringLink(text: string): void {
  setLink(text);
}

/** The link has been looked at. */
export function linkTaken(): void {
  setLink(null);
}
