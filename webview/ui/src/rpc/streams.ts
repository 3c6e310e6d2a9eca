// Subscriptions over the socket: opened anew after a loss, with parameters asked for at that moment, so that a stream of
// events goes on where it stopped.

import { SUBSCRIPTIONS } from "../contract";
import { backoffMs } from "./backoff";
import { Failure } from "./failure";

/** Why a stream ended: the node said so, or refused to open it. */
export interface StreamEnd {
  failure: Failure;
}

/** The method that opens a stream. */
type Opener = keyof typeof SUBSCRIPTIONS;

interface Stream {
  method: Opener;
  params: () => unknown;
  onItem(item: unknown): void;
  onEnd(end: StreamEnd): "again" | "stop";
  /** The node's name for it while it is open. */
  id: string | number | null;
  attempt: number;
}

/** Items that came before the answer that names their stream; the answer is on the same socket and right behind. */
const EARLY_MAX = 1_000;

/** All streams of one socket. */
export class Streams {
  readonly #streams = new Set<Stream>();
  readonly #byId = new Map<string | number, Stream>();
  #early: Array<[string | number, unknown]> = [];

  constructor(private readonly request: (method: string, params: unknown) => Promise<unknown>) {}

  /** Opens a stream; the answer ends it. */
  open(
    method: Opener,
    params: () => unknown,
    onItem: (item: unknown) => void,
    onEnd: (end: StreamEnd) => "again" | "stop",
  ): () => void {
    const stream: Stream = { method, params, onItem, onEnd, id: null, attempt: 0 };
    this.#streams.add(stream);
    void this.#subscribe(stream);
    return () => {
      this.#streams.delete(stream);
      if (stream.id === null) return;
      this.#byId.delete(stream.id);
      // A socket that is gone has ended the stream already.
      this.request(SUBSCRIPTIONS[method].unsubscribe, [stream.id]).catch(() => {});
    };
  }

  /** The socket is up: whatever was open is opened again. */
  onLive(): void {
    this.#byId.clear();
    this.#early = [];
    for (const stream of this.#streams) {
      stream.id = null;
      void this.#subscribe(stream);
    }
  }

  onNotification(method: string, params: unknown): void {
    if (!Object.values(SUBSCRIPTIONS).some((names) => names.notification === method)) return;
    if (typeof params !== "object" || params === null) return;
    const { subscription } = params as { subscription?: unknown };
    if (typeof subscription !== "string" && typeof subscription !== "number") return;
    const stream = this.#byId.get(subscription);
    if (stream) this.#deliver(stream, params);
    else if (this.#early.length < EARLY_MAX) this.#early.push([subscription, params]);
  }

  async #subscribe(stream: Stream): Promise<void> {
    try {
      const id = await this.request(stream.method, stream.params());
      if (typeof id !== "string" && typeof id !== "number") return;
      if (!this.#streams.has(stream)) {
        await this.request(SUBSCRIPTIONS[stream.method].unsubscribe, [id]);
        return;
      }
      stream.id = id;
      stream.attempt = 0;
      this.#byId.set(id, stream);
      const early = this.#early.filter(([to]) => to === id);
      this.#early = this.#early.filter(([to]) => to !== id);
      for (const [, params] of early) this.#deliver(stream, params);
    } catch (thrown) {
      const failure = Failure.of(thrown);
      // A lost socket opens all streams again by itself.
      if (failure.kind !== "disconnected") this.#end(stream, failure);
    }
  }

  #deliver(stream: Stream, params: unknown): void {
    const { result, error } = params as { result?: unknown; error?: unknown };
    if (error !== undefined) this.#end(stream, Failure.fromAnswer(error));
    else if (result !== undefined) stream.onItem(result);
  }

  #end(stream: Stream, failure: Failure): void {
    if (stream.id !== null) this.#byId.delete(stream.id);
    stream.id = null;
    if (!this.#streams.has(stream)) return;
    if (stream.onEnd({ failure }) === "stop") {
      this.#streams.delete(stream);
      return;
    }
    setTimeout(() => {
      if (this.#streams.has(stream) && stream.id === null) void this.#subscribe(stream);
    }, backoffMs(stream.attempt++));
  }
}
