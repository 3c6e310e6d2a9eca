// Whether the window is too narrow for four columns.

import { createSignal } from "solid-js";

/** Pixels below which the outer columns are drawers. */
const NARROW_PX = 860;

const media = matchMedia(`(max-width: ${NARROW_PX}px)`);
const [narrow, setNarrow] = createSignal(media.matches);
media.addEventListener("change", () => setNarrow(media.matches));

/** Whether it is; changes with the window. */
export const isNarrow = narrow;
