// What a conversation shows, line by line: messages in groups of one author, days, the line above new ones, gaps, what is on
// its way.

import type { Gap, Message, MessageId } from "../../contract";
import type { Pending } from "../../stores/outbox";
import type { Row } from "../../stores/timeline";
import type { NewAfter } from "./talk";

/** A line. */
export type Entry =
  | { kind: "intro" }
  | { kind: "older" }
  | { kind: "day"; at: number }
  | { kind: "new" }
  | { kind: "gap"; gap: Gap }
  | { kind: "message"; id: MessageId; head: boolean }
  | { kind: "pending"; nonce: string; head: boolean };

/** Milliseconds after which the same author begins a new group. */
const GROUP_MS = 7 * 60 * 1_000;

/** What entries are made of. */
export interface Material {
  rows: Row[];
  message(id: MessageId): Message | undefined;
  pending: Pending[];
  newAfter: NewAfter;
  me: string | undefined;
  atStart: boolean;
  /** What is said in a thread is shown there only. */
  inThread: boolean;
}

/** Makes the lines, by key, in order. */
export function entriesOf(material: Material): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  entries.set("top", material.atStart ? { kind: "intro" } : { kind: "older" });
  let before: Message | null = null;
  let day = "";
  let lineDue = material.newAfter === "everything";

  for (const row of material.rows) {
    if (row.kind === "gap") {
      entries.set(`gap ${row.gap.from} ${row.gap.to}`, { kind: "gap", gap: row.gap });
      before = null;
      continue;
    }
    const message = material.message(row.id);
    if (!message || (message.thread_id && !material.inThread)) continue;
    const itsDay = dayOf(message.created_at);
    if (itsDay !== day) {
      day = itsDay;
      entries.set(`day ${itsDay}`, { kind: "day", at: message.created_at });
      before = null;
    }
    if (lineDue && message.author.account_id !== material.me) {
      lineDue = false;
      entries.set("new", { kind: "new" });
      before = null;
    }
    entries.set(message.id, { kind: "message", id: message.id, head: !continues(before, message) });
    before = message;
    if (message.id === material.newAfter) lineDue = true;
  }

  let head = before?.author.account_id !== material.me || before?.deleted != null;
  for (const one of material.pending) {
    entries.set(`pending ${one.nonce}`, { kind: "pending", nonce: one.nonce, head: head || one.replyTo !== null });
    head = false;
  }
  return entries;
}

function continues(before: Message | null, message: Message): boolean {
  return (
    before !== null &&
    before.author.account_id === message.author.account_id &&
    message.created_at - before.created_at < GROUP_MS &&
    !message.reply_to
  );
}

/** The local day of a time, as a key. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** Expected height of an entry in pixels at the usual font size. */
export function expectedHeight(entry: Entry | undefined, message: Message | undefined): number {
  switch (entry?.kind) {
    case "intro":
      return 180;
    case "message":
    case "pending": {
      const text = message?.content ?? "";
      let lines = 0;
      for (const line of text.split("\n", 60)) lines += 1 + Math.floor(line.length / 95);
      return (entry.head ? 42 : 4) + Math.max(1, lines) * 22 + (message && message.reactions.length > 0 ? 34 : 0);
    }
    case "day":
      return 40;
    default:
      return 32;
  }
}
