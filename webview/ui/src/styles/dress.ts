// Preferences on the document: attributes and sizes that the style sheets read.

import type { Prefs } from "../stores/prefs";

/** Applies looks to the document. */
export function dress(prefs: Prefs): void {
  const root = document.documentElement;
  root.dataset.theme = prefs.theme;
  root.dataset.density = prefs.density;
  root.dataset.motion = prefs.motion;
  root.style.setProperty("--font-size", `${prefs.fontSize}px`);
}
