import { createRoot } from "solid-js";
import { expect, test } from "vitest";

import { Failure } from "../src/rpc/failure";
import { createOutbox } from "../src/stores/outbox";
import { CHANNEL, message, nodeWith } from "./node";

const settled = () => new Promise((resolve) => setTimeout(resolve));
const draft = (content: string) => ({ channel: CHANNEL, thread: null, replyTo: null, content });

test("messages of a channel go one after the other, each with its own nonce", async () => {
  const waiting: Array<() => void> = [];
  const node = nodeWith({
    "message.send": ({ content }) =>
      new Promise((resolve) => waiting.push(() => resolve(message(1, { content })))),
  });
  const sent: string[] = [];
  const outbox = createRoot(() => createOutbox(node, (one) => sent.push(one.content)));
  outbox.send(draft("one"));
  outbox.send(draft("two"));
  await settled();
  expect(node.asked.length).toBe(1);
  waiting[0]?.();
  await settled();
  waiting[1]?.();
  await settled();
  expect(sent).toEqual(["one", "two"]);
  expect(new Set(node.asked.map((asked) => asked.params.nonce)).size).toBe(2);
  expect(outbox.pending()).toEqual([]);
});

test("what was refused stays, says why, and goes under the same nonce when tried again", async () => {
  let refuse = true;
  const node = nodeWith({
    "message.send": () => {
      if (refuse) throw new Failure("rate_limited", 4001, "too fast");
      return message(1);
    },
  });
  const outbox = createRoot(() => createOutbox(node, () => {}));
  outbox.send(draft("hello"));
  await settled();
  const failed = outbox.pending()[0];
  expect(failed?.failure?.kind).toBe("rate_limited");
  refuse = false;
  outbox.retry(failed?.nonce ?? "");
  await settled();
  expect(outbox.pending()).toEqual([]);
  expect(node.asked[0]?.params.nonce).toBe(node.asked[1]?.params.nonce);
});

test("one that was refused does not hold up the next", async () => {
  const node = nodeWith({
    "message.send": ({ content }) => {
      if (content === "bad") throw new Failure("invalid_content", 3001, "no");
      return message(1, { content });
    },
  });
  const sent: string[] = [];
  const outbox = createRoot(() => createOutbox(node, (one) => sent.push(one.content)));
  outbox.send(draft("bad"));
  outbox.send(draft("good"));
  await settled();
  expect(sent).toEqual(["good"]);
  expect(outbox.pending().map((one) => one.content)).toEqual(["bad"]);
});

test("an event that tells of the message first does not leave it twice on the screen", async () => {
  const node = nodeWith({ "message.send": () => new Promise(() => {}) });
  const outbox = createRoot(() => createOutbox(node, () => {}));
  outbox.send(draft("hello "));
  outbox.send(draft("other"));
  outbox.settle(message(1, { content: "hello" }));
  expect(outbox.pending().map((one) => one.content)).toEqual(["other"]);
});

test("what is discarded before its turn is never sent", async () => {
  let release = () => {};
  const node = nodeWith({
    "message.send": () => new Promise((resolve) => (release = () => resolve(message(1)))),
  });
  const outbox = createRoot(() => createOutbox(node, () => {}));
  outbox.send(draft("one"));
  outbox.send(draft("two"));
  outbox.discard(outbox.pending()[1]?.nonce ?? "");
  await settled();
  release();
  await settled();
  expect(node.asked.map((asked) => asked.params.content)).toEqual(["one"]);
});
