// Where something that floats goes: beside what it belongs to, inside the window.

/** Pixels kept free at the edges of the window. */
const MARGIN = 8;

/** A rectangle or a point to stand by. */
export type Anchor = { left: number; top: number; right: number; bottom: number };

/** Which side is tried first. */
export type Side = "above" | "below" | "end";

/** Moves `floating` (fixed, measured as it is) beside `anchor`; to the other side where the first has no room. */
export function placeNear(floating: HTMLElement, anchor: Anchor, side: Side, gap = 6, align: "start" | "center" | "end" = "start"): void {
  const { offsetWidth: width, offsetHeight: height } = floating;
  const rtl = document.documentElement.dir === "rtl";
  let x: number;
  let y: number;
  if (side === "end") {
    const right = anchor.right + gap;
    const left = anchor.left - gap - width;
    const fitsRight = right + width + MARGIN <= innerWidth;
    const fitsLeft = left >= MARGIN;
    x = rtl ? (fitsLeft || !fitsRight ? left : right) : fitsRight || !fitsLeft ? right : left;
    y = align === "center" ? (anchor.top + anchor.bottom - height) / 2 : anchor.top;
  } else {
    const atStart = rtl ? anchor.right - width : anchor.left;
    const atEnd = rtl ? anchor.left : anchor.right - width;
    x = align === "center" ? (anchor.left + anchor.right - width) / 2 : align === "start" ? atStart : atEnd;
    const above = anchor.top - gap - height;
    const below = anchor.bottom + gap;
    const fitsAbove = above >= MARGIN;
    const fitsBelow = below + height + MARGIN <= innerHeight;
    y = side === "above" ? (fitsAbove || !fitsBelow ? above : below) : fitsBelow || !fitsAbove ? below : above;
  }
  floating.style.left = `${clamp(x, MARGIN, innerWidth - width - MARGIN)}px`;
  floating.style.top = `${clamp(y, MARGIN, innerHeight - height - MARGIN)}px`;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
