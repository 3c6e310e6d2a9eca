import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { backoffMs } from "../src/rpc/backoff";
import type { Failure } from "../src/rpc/failure";
import { type Line, Socket } from "../src/rpc/socket";

class FakeSocket {
  static all: FakeSocket[] = [];
  sent: Array<{ id: number; method: string; params: unknown }> = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.onclose?.();
  }
  answer(id: number, body: object): void {
    this.onmessage?.({ data: JSON.stringify({ jsonrpc: "2.0", id, ...body }) });
  }
}

const latest = () => FakeSocket.all.at(-1) as FakeSocket;

function connect(accepts: boolean | null = null) {
  const lines: Line[] = [];
  const notes: string[] = [];
  const socket = new Socket(
    "ws://127.0.0.1:1/rpc",
    "secret",
    { onLine: (line) => lines.push(line), onNotification: (method) => notes.push(method) },
    {
      open: (url, protocols) => new FakeSocket(url, protocols) as unknown as WebSocket,
      accepts: async () => accepts,
    },
  );
  socket.connect();
  return { socket, lines, notes, states: () => lines.map((line) => line.state) };
}

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test("the token goes in the subprotocol and never in the address", () => {
  connect();
  expect(latest().url).toBe("ws://127.0.0.1:1/rpc");
  expect(latest().protocols).toEqual(["folkmoot", "bearer.secret"]);
});

test("answers find their call whatever their order", async () => {
  const { socket } = connect();
  latest().onopen?.();
  const first = socket.request("a.one", {});
  const second = socket.request("a.two", {});
  latest().answer(2, { result: "two" });
  latest().answer(1, { result: "one" });
  expect(await Promise.all([first, second])).toEqual(["one", "two"]);
});

test("an error answer keeps its kind and data", async () => {
  const { socket } = connect();
  latest().onopen?.();
  const call = socket.request("a.one", {}).catch((failure: Failure) => failure);
  latest().answer(1, { error: { code: 1003, message: "forbidden", data: { missing: "KICK", kind: "forbidden" } } });
  const failure = (await call) as Failure;
  expect([failure.kind, failure.data.missing]).toEqual(["forbidden", "KICK"]);
});

test("what is not JSON or answers nobody is passed over", () => {
  const { notes } = connect();
  latest().onopen?.();
  latest().onmessage?.({ data: "{" });
  latest().answer(99, { result: 1 });
  latest().onmessage?.({ data: JSON.stringify({ jsonrpc: "2.0", method: "events.event", params: {} }) });
  expect(notes).toEqual(["events.event"]);
});

test("a lost connection fails what waits, is made anew, and resumes who waited for it", async () => {
  const { socket, states } = connect();
  latest().onopen?.();
  const call = socket.request("a.one", {}).catch((failure: Failure) => failure.kind);
  latest().close();
  expect(await call).toBe("disconnected");
  await vi.advanceTimersByTimeAsync(0);
  expect(states()).toEqual(["connecting", "live", "waiting"]);
  const live = socket.live(60_000);
  await vi.advanceTimersByTimeAsync(1_000);
  latest().onopen?.();
  await expect(live).resolves.toBeUndefined();
  expect(FakeSocket.all.length).toBe(2);
});

test("a session the node no longer takes ends instead of knocking for ever", async () => {
  const { socket, states } = connect(false);
  latest().close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(states()).toEqual(["connecting", "ended"]);
  expect(FakeSocket.all.length).toBe(1);
  await expect(socket.live(10)).rejects.toMatchObject({ kind: "disconnected" });
});

test("a node that is away is tried again and again", async () => {
  connect(null);
  for (let attempt = 0; attempt < 6; attempt++) {
    latest().close();
    await vi.advanceTimersByTimeAsync(10_000);
  }
  expect(FakeSocket.all.length).toBe(7);
});

test("a call without an answer gives up", async () => {
  const { socket } = connect();
  latest().onopen?.();
  const call = socket.request("a.one", {}, 500).catch((failure: Failure) => failure.kind);
  await vi.advanceTimersByTimeAsync(600);
  expect(await call).toBe("no_answer");
});

test("waits grow and stay below eight seconds", () => {
  const waits = Array.from({ length: 12 }, (_, attempt) => backoffMs(attempt, () => 1));
  expect(waits[0]).toBe(250);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(Math.max(...waits)).toBe(8_000);
  expect(backoffMs(0, () => 0)).toBeGreaterThan(150);
});
