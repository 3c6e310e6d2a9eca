import { createRoot } from "solid-js";
import { expect, test } from "vitest";

import { Failure } from "../src/rpc/failure";
import { createMessages } from "../src/stores/messages";
import { createTimeline, type Timeline, WINDOW_MAX } from "../src/stores/timeline";
import { CHANNEL, message, messageId, nodeWith, pages } from "./node";

function window(count: number) {
  let total = count;
  const node = nodeWith({ "message.list": pages(() => total) });
  const messages = createMessages(node);
  const timeline = createRoot(() => createTimeline(node, messages, CHANNEL));
  return { node, messages, timeline, grow: (to: number) => (total = to) };
}

const numbers = (timeline: Timeline) =>
  timeline.rows().map((row) => (row.kind === "message" ? Number.parseInt(row.hlc, 16) : "gap"));

test("the first page is the newest, oldest first", async () => {
  const { timeline } = window(200);
  await timeline.showLatest();
  expect(numbers(timeline)[0]).toBe(141);
  expect(numbers(timeline).at(-1)).toBe(200);
  expect([timeline.phase(), timeline.atStart(), timeline.atEnd()]).toEqual(["ready", false, true]);
});

test("reading upwards grows the window without a hole or a double, to the very first", async () => {
  const { timeline } = window(310);
  await timeline.showLatest();
  while (!timeline.atStart()) await timeline.loadOlder();
  expect(numbers(timeline)).toEqual(Array.from({ length: 310 }, (_, at) => at + 1));
});

test("the window never holds more than its bound, and finds back to the end", async () => {
  const { timeline, messages } = window(2_500);
  await timeline.showLatest();
  for (let step = 0; step < 15; step++) await timeline.loadOlder();
  expect(timeline.rows().length).toBe(WINDOW_MAX);
  expect(timeline.atEnd()).toBe(false);
  // What left the window is dropped, but for the few that are kept for quotes.
  expect(Object.keys(messages).length).toBeLessThan(WINDOW_MAX);
  while (!timeline.atEnd()) await timeline.loadNewer();
  expect(numbers(timeline).at(-1)).toBe(2_500);
  expect(timeline.rows().length).toBe(WINDOW_MAX);
});

test("a new message is put at the end, a late one where it belongs, and none twice", async () => {
  const { timeline } = window(3);
  await timeline.showLatest();
  timeline.onCreated(message(9));
  timeline.onCreated(message(7));
  timeline.onCreated(message(9));
  expect(numbers(timeline)).toEqual([1, 2, 3, 7, 9]);
});

test("while the end is out of sight new messages are counted, not shown out of order", async () => {
  const { timeline } = window(2_000);
  await timeline.showAround(messageId(500));
  timeline.onCreated(message(2_001));
  expect(timeline.below()).toBe(1);
  expect(numbers(timeline)).not.toContain(2_001);
});

test("jumping to a message that is not here leaves the reader where they are", async () => {
  const { node, timeline } = window(100);
  await timeline.showLatest();
  const before = numbers(timeline);
  node.answers["message.list"] = () => {
    throw new Failure("not_found", 2001, "no such message");
  };
  expect(await timeline.showAround(messageId(1))).toBe(false);
  expect(numbers(timeline)).toEqual(before);
  expect(timeline.phase()).toBe("ready");
});

test("an answer to an older question does not replace a newer window", async () => {
  const { node, timeline } = window(500);
  const answer = node.answers["message.list"];
  let release = () => {};
  node.answers["message.list"] = (params) =>
    params.around ? (answer?.(params) as never) : new Promise((resolve) => (release = () => resolve(answer?.(params) as never)));
  const slow = timeline.showLatest();
  await timeline.showAround(messageId(20));
  release();
  await slow;
  expect(numbers(timeline)).toContain(20);
  expect(numbers(timeline)).not.toContain(500);
});

test("a gap is a row of its own and goes once what was missing is here", async () => {
  let missing = true;
  const gap = { gap: { from: "0".repeat(16), to: message(1).hlc, missing: 12, asking: 4 } };
  const node = nodeWith({ "message.list": pages(() => 3, () => (missing ? [gap] : [])) });
  const timeline = createRoot(() => createTimeline(node, createMessages(node), CHANNEL));
  await timeline.showLatest();
  expect(numbers(timeline)).toEqual(["gap", 1, 2, 3]);
  missing = false;
  await timeline.refreshGaps();
  expect(numbers(timeline)).toEqual([1, 2, 3]);
});

test("a thread's window takes only what is said in the thread", async () => {
  const node = nodeWith({ "message.list": () => ({ items: [] }) });
  const timeline = createRoot(() => createTimeline(node, createMessages(node), CHANNEL, messageId(1)));
  await timeline.showLatest();
  timeline.onCreated(message(2));
  timeline.onCreated(message(3, { thread_id: messageId(1) }));
  expect(numbers(timeline)).toEqual([3]);
});
