import { expect, test } from "vitest";

import { Failure } from "../src/rpc/failure";
import type { Row } from "../src/stores/timeline";
import { entriesOf, type Material } from "../src/views/channel/entries";
import { ADA, BOB, CHANNEL, message, messageId } from "./node";

const bob = { author: { account_id: BOB, display_name: "Bob", bot: false } };

function shown(messages: ReturnType<typeof message>[], change: Partial<Material> = {}) {
  const rows: Row[] = messages.map((one) => ({ kind: "message", id: one.id, hlc: one.hlc }));
  const entries = entriesOf({
    rows,
    message: (id) => messages.find((one) => one.id === id),
    pending: [],
    newAfter: null,
    me: ADA,
    atStart: true,
    inThread: false,
    ...change,
  });
  return [...entries.values()].map((entry) => ("head" in entry ? `${entry.kind}${entry.head ? "+" : ""}` : entry.kind));
}

test("messages of one author stand together until somebody else speaks, time passes or it answers something", () => {
  const at = message(1).created_at;
  expect(
    shown([
      message(1),
      message(2, { created_at: at + 1_000 }),
      message(3, { created_at: at + 2_000, ...bob }),
      message(4, { created_at: at + 3_000, ...bob, reply_to: messageId(1) }),
      message(5, { created_at: at + 8 * 60_000, ...bob }),
    ]),
  ).toEqual(["intro", "day", "message+", "message", "message+", "message+", "message+"]);
});

test("days are parted", () => {
  const at = message(1).created_at;
  expect(shown([message(1), message(2, { created_at: at + 86_400_000 })])).toEqual(["intro", "day", "message+", "day", "message+"]);
});

test("the line stands above the first new message of somebody else", () => {
  const at = message(1).created_at;
  const all = [message(1), message(2, { created_at: at + 1 }), message(3, { created_at: at + 2, ...bob }), message(4, { created_at: at + 3, ...bob })];
  expect(shown(all, { newAfter: messageId(1) })).toEqual(["intro", "day", "message+", "message", "new", "message+", "message"]);
  expect(shown(all, { newAfter: "everything" })).toEqual(["intro", "day", "message+", "message", "new", "message+", "message"]);
  expect(shown(all, { newAfter: messageId(4) })).not.toContain("new");
});

test("what is said in threads is shown there only", () => {
  const all = [message(1), message(2, { thread_id: messageId(1) })];
  expect(shown(all).filter((kind) => kind.startsWith("message")).length).toBe(1);
  expect(shown(all, { inThread: true }).filter((kind) => kind.startsWith("message")).length).toBe(2);
});

test("a gap is a line and begins a new group", () => {
  const rows: Row[] = [
    { kind: "message", id: messageId(1), hlc: message(1).hlc },
    { kind: "gap", hlc: message(2).hlc, gap: { from: "0", to: "1", missing: 12, asking: 4 } },
    { kind: "message", id: messageId(2), hlc: message(2).hlc },
  ];
  expect(shown([message(1), message(2)], { rows })).toEqual(["intro", "day", "message+", "gap", "message+"]);
});

test("what is on its way stands below everything, joined to one's own last words", () => {
  const pending = { nonce: "n", channel: CHANNEL, thread: null, replyTo: null, content: "x", at: 0, failure: null };
  expect(shown([message(1)], { pending: [pending, { ...pending, nonce: "m", failure: new Failure("busy", 4002, "") }] })).toEqual([
    "intro",
    "day",
    "message+",
    "pending",
    "pending",
  ]);
  expect(shown([message(1, bob)], { pending: [pending] }).at(-1)).toBe("pending+");
});

test("before the beginning is reached it says that there is more", () => {
  expect(shown([message(1)], { atStart: false })[0]).toBe("older");
});
