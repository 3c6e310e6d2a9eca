// One WebSocket to the node, kept up: calls go out, answers and notifications come in, a lost connection is made anew.
// Knows nothing of methods; what to repeat is decided in client.ts.

import { backoffMs } from "./backoff";
import { Failure } from "./failure";

/** How the connection stands. */
export type Line =
  | { state: "connecting" }
  | { state: "live" }
  /** Lost; the next attempt begins at `nextAt` (milliseconds UTC). */
  | { state: "waiting"; nextAt: number }
  /** The node does not know this session any more: it ran out, or the node was restarted. */
  | { state: "ended" };

/** What the socket tells whoever made it. */
export interface SocketListener {
  onLine(line: Line): void;
  onNotification(method: string, params: unknown): void;
}

/** What a socket needs of its surroundings; tests bring their own. */
export interface SocketSurroundings {
  open(url: string, protocols: string[]): WebSocket;
  /** Whether the node still takes the token; `null` if it cannot be asked. */
  accepts(token: string): Promise<boolean | null>;
}

/** Calls that may wait for their answer at once; more than a person can cause. */
const WAITING_MAX = 512;
/** Milliseconds a call waits for its answer unless it says otherwise. */
const ANSWER_MS = 30_000;

interface Waiting {
  resolve(result: unknown): void;
  reject(failure: Failure): void;
  timer: ReturnType<typeof setTimeout>;
}

/** The connection. */
export class Socket {
  #socket: WebSocket | null = null;
  #line: Line = { state: "connecting" };
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();
  readonly #whenLive = new Set<() => void>();

  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly listener: SocketListener,
    private readonly surroundings: SocketSurroundings = browserSurroundings,
  ) {}

  get line(): Line {
    return this.#line;
  }

  /** Connects, and goes on connecting until [`close`] or until the session ends. */
  connect(): void {
    clearTimeout(this.#retry);
    if (this.#closed || this.#socket || this.#line.state === "ended") return;
    this.#set({ state: "connecting" });
    let opened = false;
    const socket = this.surroundings.open(this.url, ["folkmoot", `bearer.${this.token}`]);
    this.#socket = socket;
    socket.onopen = () => {
      opened = true;
      this.#attempt = 0;
      this.#set({ state: "live" });
      for (const resume of [...this.#whenLive]) resume();
      this.#whenLive.clear();
    };
    socket.onmessage = (event) => {
      if (typeof event.data === "string") this.#read(event.data);
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#failAll();
      if (!this.#closed) void this.#again(opened);
    };
  }

  /** Ends it for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.close();
    this.#socket = null;
    this.#failAll();
  }

  /** Resolves once the connection is up; at once if it is. Rejects when the session has ended or `timeoutMs` passed. */
  live(timeoutMs: number): Promise<void> {
    if (this.#line.state === "live") return Promise.resolve();
    if (this.#line.state === "ended" || this.#closed) return Promise.reject(Failure.disconnected());
    return new Promise((resolve, reject) => {
      const resume = () => {
        clearTimeout(timer);
        if (this.#line.state === "live") resolve();
        else reject(Failure.disconnected());
      };
      const timer = setTimeout(() => {
        this.#whenLive.delete(resume);
        reject(Failure.disconnected());
      }, timeoutMs);
      this.#whenLive.add(resume);
    });
  }

  /** Sends one call and waits for its answer. */
  request(method: string, params: unknown, answerMs = ANSWER_MS): Promise<unknown> {
    const socket = this.#socket;
    if (!socket || this.#line.state !== "live") return Promise.reject(Failure.disconnected());
    if (this.#waiting.size >= WAITING_MAX) return Promise.reject(new Failure("busy", 4002, "too many calls at once"));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(Failure.noAnswer());
      }, answerMs);
      this.#waiting.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  #set(line: Line): void {
    this.#line = line;
    this.listener.onLine(line);
  }

  #read(text: string): void {
    let message: { id?: unknown; method?: unknown; params?: unknown; result?: unknown; error?: unknown };
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    if (typeof message.method === "string") {
      this.listener.onNotification(message.method, message.params);
      return;
    }
    if (typeof message.id !== "number") return;
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    if (message.error !== undefined) waiting.reject(Failure.fromAnswer(message.error));
    else waiting.resolve(message.result);
  }

  #failAll(): void {
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(Failure.disconnected());
    }
    this.#waiting.clear();
  }

  /** After a loss: a socket that never opened may have been refused, which a page only learns by asking. */
  async #again(opened: boolean): Promise<void> {
    if (!opened) {
      const accepted = await this.surroundings.accepts(this.token);
      if (this.#closed) return;
      if (accepted === false) {
        this.#set({ state: "ended" });
        for (const resume of [...this.#whenLive]) resume();
        this.#whenLive.clear();
        return;
      }
    }
    const wait = backoffMs(this.#attempt++);
    this.#set({ state: "waiting", nextAt: Date.now() + wait });
    this.#retry = setTimeout(() => this.connect(), wait);
  }
}

const browserSurroundings: SocketSurroundings = {
  open: (url, protocols) => new WebSocket(url, protocols),
  async accepts(token) {
    try {
      const response = await fetch("/rpc", {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
        body: JSON.stringify({ jsonrpc: "2.0", id: 0, method: "node.info", params: {} }),
        cache: "no-store",
      });
      return response.status !== 401;
    } catch {
      return null;
    }
  },
};
