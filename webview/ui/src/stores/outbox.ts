// Own messages on their way to the node's disk. Usually they are here for a few milliseconds; without a connection they wait,
// in their order, and none is lost or sent twice: each has its nonce.

import { createSignal, type Accessor } from "solid-js";

import type { ChannelId, Message, MessageId } from "../contract";
import { type Caller, newNonce } from "../rpc/client";
import { Failure } from "../rpc/failure";

/** A message that has not been acknowledged. */
export interface Pending {
  nonce: string;
  channel: ChannelId;
  thread: MessageId | null;
  replyTo: MessageId | null;
  content: string;
  /** Milliseconds UTC. */
  at: number;
  /** Why it did not go; the reader decides what becomes of it. */
  failure: Failure | null;
}

/** The store. */
export interface Outbox {
  pending: Accessor<Pending[]>;
  send(message: Pick<Pending, "channel" | "thread" | "replyTo" | "content">): void;
  retry(nonce: string): void;
  discard(nonce: string): void;
  /** An event may tell of an own message before its answer does: whatever waits for it is done. */
  settle(message: Message): void;
}

/** Makes the store; `onSent` is given what the node made of each message. */
export function createOutbox(caller: Caller, onSent: (message: Message) => void): Outbox {
  const [pending, setPending] = createSignal<Pending[]>([]);
  /** Messages of one channel go one after the other, so that they arrive as they were written. */
  const lanes = new Map<ChannelId, Promise<void>>();

  const remove = (nonce: string) => setPending(pending().filter((one) => one.nonce !== nonce));
  const fail = (nonce: string, failure: Failure | null) =>
    setPending(pending().map((one) => (one.nonce === nonce ? { ...one, failure } : one)));

  const deliver = async (one: Pending) => {
    try {
      const message = await caller.call(
        "message.send",
        {
          channel_id: one.channel,
          content: one.content,
          nonce: one.nonce,
          ...(one.replyTo ? { reply_to: one.replyTo } : {}),
          ...(one.thread ? { thread: one.thread } : {}),
        },
        // A person sees it waiting and may discard it; there is no reason to give up earlier.
        { patienceMs: 24 * 60 * 60 * 1_000 },
      );
      onSent(message);
      remove(one.nonce);
    } catch (thrown) {
      fail(one.nonce, Failure.of(thrown));
    }
  };

  const enqueue = (one: Pending) => {
    const lane = (lanes.get(one.channel) ?? Promise.resolve()).then(() => {
      const current = pending().find((other) => other.nonce === one.nonce);
      return current && !current.failure ? deliver(current) : undefined;
    });
    lanes.set(one.channel, lane);
    void lane.finally(() => {
      if (lanes.get(one.channel) === lane) lanes.delete(one.channel);
    });
  };

  return {
    pending,
    send(message) {
      const one: Pending = { ...message, nonce: newNonce(), at: Date.now(), failure: null };
      setPending([...pending(), one]);
      enqueue(one);
    },
    retry(nonce) {
      fail(nonce, null);
      const one = pending().find((other) => other.nonce === nonce);
      if (one) enqueue(one);
    },
    discard: remove,
    settle(message) {
      const match = pending().find(
        (one) => one.channel === message.channel_id && one.content.trim() === message.content.trim() && !one.failure,
      );
      if (match) remove(match.nonce);
    },
  };
}
