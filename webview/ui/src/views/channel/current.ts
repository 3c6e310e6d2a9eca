// The conversation of the channel on the screen, for keys that work from anywhere.

import { createSignal, onCleanup } from "solid-js";

import type { Talk } from "./talk";

const [talk, setTalk] = createSignal<Talk | null>(null);

/** The conversation on the screen. */
export const theTalk = talk;

/** Says which one is on the screen, until the component that calls ends. */
export function currentTalk(now: Talk): void {
  setTalk(now);
  onCleanup(() => {
    if (talk() === now) setTalk(null);
  });
}
