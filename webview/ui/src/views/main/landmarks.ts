// F6: from part to part of the window.

/** The parts, in the order of F6. */
const ORDER = ["servers", "channels", "messages", "composer", "members", "panel"];

const FOCUSABLE =
  'button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select, article[tabindex="0"], [tabindex="0"]';

/** Moves the focus to the next part that is there, or the one before. */
export function nextLandmark(by: 1 | -1): void {
  const parts = ORDER.flatMap((name) => [...document.querySelectorAll<HTMLElement>(`[data-landmark="${name}"]`)]).filter(
    (part) => part.offsetParent !== null && !part.closest("[inert]"),
  );
  if (parts.length === 0) return;
  const at = parts.findIndex((part) => part.contains(document.activeElement));
  const start = at < 0 ? (by > 0 ? -1 : 0) : at;
  for (let step = 1; step <= parts.length; step++) {
    const part = parts[(start + by * step + parts.length * 2) % parts.length];
    const target = part && focusTarget(part);
    if (target) {
      target.focus();
      return;
    }
  }
}

function focusTarget(part: HTMLElement): HTMLElement | null {
  if (part.matches("textarea")) return part;
  const candidates = [...part.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (candidate) => candidate.tabIndex >= 0 && candidate.offsetParent !== null,
  );
  return (
    candidates.find((candidate) => candidate.matches('textarea, article[tabindex="0"], [aria-current="page"]')) ??
    candidates[0] ??
    (part.tabIndex >= 0 ? part : null)
  );
}
