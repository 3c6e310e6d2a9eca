import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Event } from "../src/contract";
import { Client } from "../src/rpc/client";
import type { Failure } from "../src/rpc/failure";
import { follow } from "../src/rpc/follow";

interface Call {
  id: number;
  method: string;
  params: Record<string, unknown>;
}

class FakeSocket {
  static all: FakeSocket[] = [];
  sent: Call[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.onclose?.();
  }
  say(body: object): void {
    this.onmessage?.({ data: JSON.stringify({ jsonrpc: "2.0", ...body }) });
  }
  item(subscription: string, result: object): void {
    this.say({ method: "events.event", params: { subscription, result } });
  }
}

const latest = () => FakeSocket.all.at(-1) as FakeSocket;
const last = () => latest().sent.at(-1) as Call;
const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

async function client() {
  const made = new Client("ws://127.0.0.1:1/rpc", "secret", () => {});
  made.connect();
  latest().onopen?.();
  await tick();
  return made;
}

async function reconnect() {
  latest().close();
  await tick(10_000);
  latest().onopen?.();
  await tick();
}

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", async () => ({ status: 200 }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("what creates is sent again after a loss under the same nonce", async () => {
  const node = await client();
  const sent = node.call("message.send", { channel_id: "chn_a", content: "hello" });
  await tick();
  const first = last();
  await reconnect();
  const second = last();
  expect(second.method).toBe("message.send");
  expect(second.params.nonce).toBe(first.params.nonce);
  expect(String(first.params.nonce)).toMatch(/^[0-9a-f]{32}$/);
  latest().say({ id: second.id, result: { id: "msg_a", replayed: true } });
  expect(await sent).toMatchObject({ id: "msg_a" });
});

test("reads are sent again, acts that cannot be repeated are not", async () => {
  const node = await client();
  const read = node.call("server.list", {});
  const act = node.call("identity.update", { display_name: "Ada" }).catch((failure: Failure) => failure.kind);
  await tick();
  await reconnect();
  expect(await act).toBe("disconnected");
  expect(latest().sent.map((call) => call.method)).toEqual(["server.list"]);
  latest().say({ id: last().id, result: { items: [] } });
  expect(await read).toEqual({ items: [] });
});

test("a busy node is asked again after the time it names", async () => {
  const node = await client();
  const read = node.call("node.info", {});
  await tick();
  latest().say({ id: last().id, error: { code: 4002, message: "busy", data: { retry_after_ms: 700 } } });
  await tick(500);
  expect(latest().sent.length).toBe(1);
  await tick(300);
  expect(latest().sent.length).toBe(2);
  latest().say({ id: last().id, result: { version: "1" } });
  expect(await read).toEqual({ version: "1" });
});

const event = (seq: number): Event => ({ seq, id: `evt_${seq}`, type: "message.created", ts: 0, hlc: "0", actor: null, data: {} });

function listener() {
  const told: number[] = [];
  const live: number[] = [];
  let holes = 0;
  return {
    told,
    live,
    holes: () => holes,
    onEvents: (events: Event[], isLive: boolean) => {
      told.push(...events.map((one) => one.seq));
      if (isLive) live.push(...events.map((one) => one.seq));
    },
    onLive: () => {},
    onHole: async () => {
      holes++;
      return 100;
    },
  };
}

test("events go on after a loss from the last one told, each once and in order", async () => {
  const node = await client();
  const heard = listener();
  follow(node, 5, heard);
  await tick();
  expect(last()).toMatchObject({ method: "events.subscribe", params: { since: 5 } });
  latest().say({ id: last().id, result: "sub1" });
  await tick();
  latest().item("sub1", event(6));
  latest().item("sub1", { type: "stream.live", seq: 6 });
  latest().item("sub1", event(7));
  await tick(50);
  await reconnect();
  expect(last()).toMatchObject({ method: "events.subscribe", params: { since: 7 } });
  latest().say({ id: last().id, result: "sub2" });
  await tick();
  // At least once: one that was told already comes again.
  latest().item("sub2", event(7));
  latest().item("sub2", event(8));
  latest().item("sub2", { type: "stream.live", seq: 8 });
  await tick(50);
  expect(heard.told).toEqual([6, 7, 8]);
  expect(heard.live).toEqual([7]);
});

test("items that overtake the answer which names their stream are not lost", async () => {
  const node = await client();
  const heard = listener();
  follow(node, 0, heard);
  await tick();
  latest().item("sub1", event(1));
  latest().say({ id: last().id, result: "sub1" });
  await tick(50);
  expect(heard.told).toEqual([1]);
});

test("who is cut off for reading slowly subscribes again from where it was", async () => {
  const node = await client();
  const heard = listener();
  follow(node, 0, heard);
  await tick();
  latest().say({ id: last().id, result: "sub1" });
  await tick();
  latest().item("sub1", event(1));
  latest().say({ method: "events.event", params: { subscription: "sub1", error: { code: 6002, data: { last_seq: 1 } } } });
  await tick(2_000);
  expect(last()).toMatchObject({ method: "events.subscribe", params: { since: 1 } });
  expect(heard.holes()).toBe(0);
});

test("where the log no longer reaches back, everything is read again and followed from there", async () => {
  const node = await client();
  const heard = listener();
  follow(node, 3, heard);
  await tick();
  latest().say({ id: last().id, error: { code: 6001, message: "expired", data: { oldest_seq: 50, head_seq: 100 } } });
  await tick(100);
  expect(heard.holes()).toBe(1);
  expect(last()).toMatchObject({ method: "events.subscribe", params: { since: 100 } });
});

test("who stops following is told nothing more and leaves nothing open", async () => {
  const node = await client();
  const heard = listener();
  const stop = follow(node, 0, heard);
  await tick();
  latest().say({ id: last().id, result: "sub1" });
  await tick();
  stop();
  await tick();
  expect(last()).toMatchObject({ method: "events.unsubscribe", params: ["sub1"] });
  latest().item("sub1", event(1));
  await tick(50);
  expect(heard.told).toEqual([]);
});
