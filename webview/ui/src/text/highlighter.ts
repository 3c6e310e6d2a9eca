// The languages that are coloured; a part of its own, fetched when needed.

import { common, createLowlight } from "lowlight";

/** The highlighter. */
export const highlighter = createLowlight(common);
