// Calls by the contract: typed, with a nonce where the method takes one, repeated where repeating is safe.

import { type Methods, NONCED, READS, type SUBSCRIPTIONS } from "../contract";
import { Failure } from "./failure";
import { type Line, Socket } from "./socket";
import { Streams, type StreamEnd } from "./streams";

/** The name of a method. */
export type Method = keyof Methods;
/** What a method takes. */
export type Params<M extends Method> = Methods[M]["params"];
/** What a method answers. */
export type Result<M extends Method> = Methods[M]["result"];

/** How a call differs from the usual. */
export interface CallOptions {
  /** Milliseconds to wait for the answer. */
  answerMs?: number;
  /** Milliseconds to wait for a lost connection to come back before giving up; 0: not at all. */
  patienceMs?: number;
  /** The method changes something and takes no nonce, yet doing it twice is the same as once. */
  idempotent?: boolean;
}

/** The part of the client that stores use; tests bring their own. */
export interface Caller {
  call<M extends Method>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>>;
}

const PATIENCE_MS = 20_000;
/** Repetitions of a call that the node calls worth repeating. */
const ATTEMPTS_MAX = 4;

/** The node, as the rest of the interface sees it. */
export class Client implements Caller {
  readonly #socket: Socket;
  readonly #streams: Streams;

  constructor(url: string, token: string, onLine: (line: Line) => void) {
    this.#socket = new Socket(url, token, {
      onLine: (line) => {
        if (line.state === "live") this.#streams.onLive();
        onLine(line);
      },
      onNotification: (method, params) => this.#streams.onNotification(method, params),
    });
    this.#streams = new Streams((method, params) => this.#socket.request(method, params));
  }

  /** Starts connecting, or connects now instead of waiting. */
  connect(): void {
    this.#socket.connect();
  }

  /** Ends everything. */
  close(): void {
    this.#socket.close();
  }

  /**
   * Calls a method. A lost connection is waited for, and the call sent again, if that cannot do harm: reads, calls with a
   * nonce, calls marked idempotent. Throws [`Failure`].
   */
  async call<M extends Method>(method: M, params: Params<M>, options: CallOptions = {}): Promise<Result<M>> {
    const repeatable = NONCED.has(method) || READS.has(method) || options.idempotent === true;
    const sent = NONCED.has(method) && !("nonce" in params) ? { ...params, nonce: newNonce() } : params;
    const patience = options.patienceMs ?? PATIENCE_MS;
    for (let attempt = 0; ; attempt++) {
      try {
        if (patience > 0) await this.#socket.live(patience);
        return (await this.#socket.request(method, sent, options.answerMs)) as Result<M>;
      } catch (thrown) {
        const failure = Failure.of(thrown);
        const lost = failure.kind === "disconnected" || failure.kind === "no_answer";
        const busy = failure.kind === "busy" || failure.kind === "rate_limited";
        const again = repeatable && attempt + 1 < ATTEMPTS_MAX && patience > 0 && (lost || busy);
        if (!again || this.#socket.line.state === "ended") throw failure;
        if (busy) await sleep(Math.min(failure.data.retry_after_ms ?? 200 * 2 ** attempt, 3_000));
      }
    }
  }

  /** Opens a stream that survives lost connections; the answer ends it. */
  stream<M extends Method & keyof typeof SUBSCRIPTIONS>(
    method: M,
    params: () => Params<M>,
    onItem: (item: Result<M>) => void,
    onEnd: (end: StreamEnd) => "again" | "stop",
  ): () => void {
    return this.#streams.open(method, params, (item) => onItem(item as Result<M>), onEnd);
  }
}

/** A name for one act of making something. */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
