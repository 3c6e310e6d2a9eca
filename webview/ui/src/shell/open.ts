// Opening an address outside. Only after the reader saw where it leads and agreed.

import { askShell } from "./bridge";

/** Opens an address in the reader's browser, with no way back to this page. */
export function openOutside(url: string): void {
  if (askShell({ kind: "open", url })) return;
  window.open(url, "_blank", "noopener,noreferrer");
}
