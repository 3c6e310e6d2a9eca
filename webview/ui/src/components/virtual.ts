// Long lists of which only what is seen exists. The list library's core with a binding of our own: rows are kept by key, so
// that rows put before others do not make those others anew.

import { elementScroll, observeElementOffset, observeElementRect, type VirtualItem, Virtualizer } from "@tanstack/solid-virtual";
import { type Accessor, batch, createEffect, createSignal, on, onCleanup, onMount, untrack } from "solid-js";

/** What a list is made of. */
export interface VirtualOptions {
  scroller: () => HTMLElement | null;
  /** Keys of all rows, in order. */
  keys: Accessor<string[]>;
  /** Expected height in pixels, until a row was seen. */
  estimate: (index: number) => number;
  /** Whether the list clings to its end, as talk does. */
  fromEnd?: boolean;
  overscan?: number;
  /** A row that exists even out of sight, as the one with the focus. */
  pinned?: Accessor<number | null>;
  padding?: { start: number; end: number };
  /** The reader scrolled, or rows were measured. */
  onMove?: (list: VirtualList) => void;
}

/** The list. */
export interface VirtualList {
  /** Keys of the rows that exist. */
  shown: Accessor<string[]>;
  /** Where a row is; `null` once it is gone. */
  row(key: string): VirtualItem | null;
  total: Accessor<number>;
  /** A row was made; put it on the row's `ref`. */
  measure(element: HTMLElement): void;
  core: Virtualizer<HTMLElement, HTMLElement>;
  scrollToKey(key: string, align: "start" | "center" | "end" | "auto"): boolean;
  scrollToEnd(): void;
  isAtEnd(): boolean;
}

/** Pixels from the end within which one counts as being there. */
const AT_END_PX = 48;

/** Makes a list; call inside a component. */
export function createVirtual(options: VirtualOptions): VirtualList {
  const [shown, setShown] = createSignal<string[]>([], { equals: sameKeys });
  const [items, setItems] = createSignal<Map<string, VirtualItem>>(new Map());
  const [total, setTotal] = createSignal(0);

  const settings = () => ({
    count: options.keys().length,
    getScrollElement: options.scroller,
    estimateSize: options.estimate,
    getItemKey: (index: number) => untrack(options.keys)[index] ?? index,
    overscan: options.overscan ?? 8,
    anchorTo: options.fromEnd ? ("end" as const) : ("start" as const),
    followOnAppend: options.fromEnd ?? false,
    scrollEndThreshold: AT_END_PX,
    paddingStart: options.padding?.start ?? 0,
    paddingEnd: options.padding?.end ?? 0,
    rangeExtractor: (range: { startIndex: number; endIndex: number; overscan: number; count: number }) => {
      const from = Math.max(0, range.startIndex - range.overscan);
      const to = Math.min(range.count - 1, range.endIndex + range.overscan);
      const indexes = Array.from({ length: to - from + 1 }, (_, at) => from + at);
      const pinned = options.pinned ? untrack(options.pinned) : null;
      if (pinned !== null && pinned >= 0 && pinned < range.count && (pinned < from || pinned > to)) {
        if (pinned < from) indexes.unshift(pinned);
        else indexes.push(pinned);
      }
      return indexes;
    },
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: (instance: Virtualizer<HTMLElement, HTMLElement>) => {
      instance._willUpdate();
      if (!measuring) publish();
    },
  });

  // New rows are measured together: one by one, each would be moved before the next is measured, and each of these would cost
  // a layout of the list.
  let measuring = false;
  let fresh: HTMLElement[] = [];
  const measureFresh = () => {
    const elements = fresh;
    fresh = [];
    measuring = true;
    try {
      for (const element of elements) if (element.isConnected) core.measureElement(element);
    } finally {
      measuring = false;
    }
    publish();
  };

  const core: Virtualizer<HTMLElement, HTMLElement> = new Virtualizer<HTMLElement, HTMLElement>(untrack(settings));

  const publish = () => {
    const visible = core.getVirtualItems();
    batch(() => {
      setItems(new Map(visible.map((item) => [String(item.key), item])));
      setShown(visible.map((item) => String(item.key)));
      setTotal(core.getTotalSize());
    });
    options.onMove?.(list);
  };

  const list: VirtualList = {
    shown,
    row: (key) => items().get(key) ?? null,
    total,
    measure(element) {
      if (fresh.length === 0) queueMicrotask(measureFresh);
      fresh.push(element);
    },
    core,
    scrollToKey(key, align) {
      const index = options.keys().indexOf(key);
      if (index < 0) return false;
      core.scrollToIndex(index, { align });
      return true;
    },
    scrollToEnd: () => core.scrollToEnd(),
    isAtEnd: () => core.isAtEnd(AT_END_PX),
  };

  onMount(() => {
    const unmount = core._didMount();
    core._willUpdate();
    publish();
    onCleanup(unmount);
  });

  createEffect(
    on(
      [options.keys, () => options.pinned?.()],
      () => {
        core.setOptions(untrack(settings));
        core._willUpdate();
        publish();
      },
      { defer: true },
    ),
  );

  return list;
}

function sameKeys(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}
