// A window onto a channel or a thread: at most WINDOW_MAX rows around where the reader is, oldest first, growing at the side
// the reader moves to and shrinking at the other.

import { batch, createSignal, type Accessor } from "solid-js";

import type { ChannelId, Gap, Message, MessageId, MessageItem, MessagePage } from "../contract";
import type { Caller } from "../rpc/client";
import { Failure } from "../rpc/failure";
import type { Messages } from "./messages";

/** Rows in memory of one window. */
export const WINDOW_MAX = 1_000;
/** Messages of the first page: more than the tallest screen shows. */
const FIRST_PAGE = 60;
/** Messages of every further page. */
const PAGE = 100;

/** A row: a message, or a place where messages are missing. */
export type Row =
  | { kind: "message"; id: MessageId; hlc: string }
  | { kind: "gap"; gap: Gap; hlc: string };

/** How far the window's first page is. */
export type Phase = "loading" | "ready" | "failed";

/** A window. */
export interface Timeline {
  rows: Accessor<Row[]>;
  phase: Accessor<Phase>;
  failure: Accessor<Failure | null>;
  /** Whether the window reaches the first message there is. */
  atStart: Accessor<boolean>;
  /** Whether it reaches the newest. */
  atEnd: Accessor<boolean>;
  busy: Accessor<"older" | "newer" | null>;
  /** Messages that came while the window did not reach the newest. */
  below: Accessor<number>;
  showLatest(): Promise<void>;
  /** Moves the window to a message; false if the node does not have it. */
  showAround(id: MessageId): Promise<boolean>;
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** A message that just came to be here, or a late one that belongs further up. */
  onCreated(message: Message): void;
  /** What was missing may be here now: reads the newest part again. */
  refreshGaps(): Promise<void>;
  newest(): MessageId | null;
  dispose(): void;
}

/** Makes a window onto a channel, or onto the thread of one of its messages. */
export function createTimeline(
  caller: Caller,
  messages: Messages,
  channel: ChannelId,
  thread: MessageId | null = null,
): Timeline {
  const [rows, setRows] = createSignal<Row[]>([]);
  const [phase, setPhase] = createSignal<Phase>("loading");
  const [failure, setFailure] = createSignal<Failure | null>(null);
  const [atStart, setAtStart] = createSignal(false);
  const [atEnd, setAtEnd] = createSignal(true);
  const [busy, setBusy] = createSignal<"older" | "newer" | null>(null);
  const [below, setBelow] = createSignal(0);
  /** Grows with every jump: answers to questions asked before it are thrown away. */
  let generation = 0;
  let disposed = false;

  const scope = thread ? { channel_id: channel, thread } : { channel_id: channel };

  const messageIds = (of: Row[]) => of.flatMap((row) => (row.kind === "message" ? [row.id] : []));

  const replaceAll = (page: MessagePage) => {
    const fresh = rowsOf(page.items);
    messages.hold(messagesOf(page.items));
    messages.release(messageIds(rows()));
    setRows(fresh);
    setAtStart(!page.next_cursor);
    setAtEnd(!page.prev_cursor);
    if (!page.prev_cursor) setBelow(0);
  };

  const first = async (params: { around?: MessageId }): Promise<boolean> => {
    const mine = ++generation;
    if (rows().length === 0) setPhase("loading");
    try {
      const page = await caller.call("message.list", { ...scope, ...params, limit: FIRST_PAGE });
      if (mine !== generation || disposed) return false;
      batch(() => {
        replaceAll(page);
        setFailure(null);
        setPhase("ready");
        setBusy(null);
      });
      return true;
    } catch (thrown) {
      if (mine !== generation || disposed) return false;
      const failed = Failure.of(thrown);
      // A message that is not here leaves the reader where they are.
      if (params.around && failed.kind === "not_found") return false;
      batch(() => {
        setFailure(failed);
        setPhase("failed");
        setBusy(null);
      });
      return false;
    }
  };

  const grow = async (side: "older" | "newer") => {
    const ids = messageIds(rows());
    const anchor = side === "older" ? ids[0] : ids[ids.length - 1];
    if (!anchor || busy() || phase() !== "ready") return;
    const mine = generation;
    setBusy(side);
    try {
      const edge = side === "older" ? { before: anchor } : { after: anchor };
      const page = await caller.call("message.list", { ...scope, ...edge, limit: PAGE });
      if (mine !== generation || disposed) return;
      batch(() => {
        const known = new Set<string>(messageIds(rows()));
        const fresh = rowsOf(page.items).filter((row) => row.kind === "gap" || !known.has(row.id));
        messages.hold(messagesOf(page.items).filter((message) => !known.has(message.id)));
        if (side === "older") {
          setAtStart(!page.next_cursor);
          const all = [...fresh, ...rows()];
          const dropped = all.slice(WINDOW_MAX);
          if (dropped.length > 0) setAtEnd(false);
          messages.release(messageIds(dropped));
          setRows(all.slice(0, WINDOW_MAX));
        } else {
          setAtEnd(!page.prev_cursor);
          if (!page.prev_cursor) setBelow(0);
          const all = [...rows(), ...fresh];
          const surplus = Math.max(0, all.length - WINDOW_MAX);
          if (surplus > 0) setAtStart(false);
          messages.release(messageIds(all.slice(0, surplus)));
          setRows(all.slice(surplus));
        }
      });
    } catch (thrown) {
      if (mine === generation && !disposed) setFailure(Failure.of(thrown));
    } finally {
      if (mine === generation) setBusy(null);
    }
  };

  return {
    rows,
    phase,
    failure,
    atStart,
    atEnd,
    busy,
    below,
    showLatest: async () => {
      await first({});
    },
    showAround: async (id) => {
      if (rows().some((row) => row.kind === "message" && row.id === id)) return true;
      return first({ around: id });
    },
    loadOlder: () => (atStart() ? Promise.resolve() : grow("older")),
    loadNewer: () => (atEnd() ? Promise.resolve() : grow("newer")),
    onCreated(message) {
      if (phase() !== "ready" || message.channel_id !== channel) return;
      // A channel's window has what is said in threads too, as the node's list does; the view leaves it out.
      if (thread && message.thread_id !== thread) return;
      const all = rows();
      if (all.some((row) => row.kind === "message" && row.id === message.id)) {
        messages.update(message);
        return;
      }
      const newestRow = all[all.length - 1];
      if (newestRow && message.hlc > newestRow.hlc && !atEnd()) {
        setBelow(below() + 1);
        return;
      }
      const oldestRow = all[0];
      if (oldestRow && message.hlc < oldestRow.hlc && !atStart()) return;
      batch(() => {
        messages.hold([message]);
        const row: Row = { kind: "message", id: message.id, hlc: message.hlc };
        const at = placeOf(all, row);
        const grown = [...all.slice(0, at), row, ...all.slice(at)];
        const surplus = grown.length - WINDOW_MAX;
        if (surplus > 0) {
          messages.release(messageIds(grown.slice(0, surplus)));
          setAtStart(false);
        }
        setRows(surplus > 0 ? grown.slice(surplus) : grown);
      });
    },
    async refreshGaps() {
      if (phase() !== "ready" || !atEnd()) return;
      const mine = generation;
      const page = await caller.call("message.list", { ...scope, limit: 200 });
      if (mine !== generation || disposed) return;
      const fresh = rowsOf(page.items);
      const from = fresh[0]?.hlc;
      if (from === undefined) return;
      batch(() => {
        const before = rows().filter((row) => row.hlc < from);
        messages.hold(messagesOf(page.items));
        messages.release(messageIds(rows().filter((row) => row.hlc >= from)));
        if (before.length === 0) setAtStart(!page.next_cursor);
        const all = [...before, ...fresh];
        const surplus = Math.max(0, all.length - WINDOW_MAX);
        messages.release(messageIds(all.slice(0, surplus)));
        setRows(all.slice(surplus));
      });
    },
    newest: () => {
      const ids = messageIds(rows());
      return ids[ids.length - 1] ?? null;
    },
    dispose() {
      disposed = true;
      messages.release(messageIds(rows()));
    },
  };
}

/** Items of a page, which come newest first, as rows. A gap stands before the first message it lies below. */
function rowsOf(items: MessageItem[]): Row[] {
  return items
    .map((item): Row =>
      "gap" in item
        ? { kind: "gap", gap: item.gap, hlc: item.gap.to }
        : { kind: "message", id: item.id, hlc: item.hlc },
    )
    .reverse();
}

function messagesOf(items: MessageItem[]): Message[] {
  return items.filter((item): item is Message => !("gap" in item));
}

/** Where a row goes: after everything not newer; nearly always at the end. */
function placeOf(all: Row[], row: Row): number {
  let at = all.length;
  while (at > 0 && isAfter(all[at - 1] as Row, row)) at--;
  return at;
}

function isAfter(left: Row, right: Row): boolean {
  if (left.hlc !== right.hlc) return left.hlc > right.hlc;
  return left.kind === "message" && right.kind === "message" && left.id > right.id;
}
