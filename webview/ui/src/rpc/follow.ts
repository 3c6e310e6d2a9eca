// The node's log of what happened, followed from a place on: every event once and in order, through lost connections.

import type { Event } from "../contract";
import type { Client } from "./client";

/** What a follower is told. */
export interface FollowListener {
  /** Events in their order. `live` is false while what was missed is caught up with. */
  onEvents(events: Event[], live: boolean): void;
  /** What was missed has been told. */
  onLive(): void;
  /** The log no longer reaches back far enough: whatever was read before must be read again. Answers where to go on. */
  onHole(): Promise<number>;
}

/** Milliseconds between two deliveries while events come faster than that: one paint each. */
const PACE_MS = 16;

/** Follows events after `since` until the answer is called. */
export function follow(client: Client, since: number, listener: FollowListener): () => void {
  let last = since;
  let live = false;
  let waiting: Event[] = [];
  let lastFlush = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  let stop: () => void = () => {};

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    lastFlush = performance.now();
    if (waiting.length === 0) return;
    const events = waiting;
    waiting = [];
    listener.onEvents(events, live);
  };

  const open = () => {
    stop = client.stream(
      "events.subscribe",
      () => {
        live = false;
        return { since: last };
      },
      (item) => {
        if (item.type === "stream.live") {
          flush();
          live = true;
          listener.onLive();
          return;
        }
        const event = item as Event;
        if (event.seq <= last) return;
        last = event.seq;
        waiting.push(event);
        if (performance.now() - lastFlush >= PACE_MS && live) flush();
        else timer ??= setTimeout(flush, PACE_MS);
      },
      ({ failure }) => {
        flush();
        if (failure.kind !== "cursor_expired" && failure.kind !== "cursor_invalid") return "again";
        void listener.onHole().then((head) => {
          last = head;
          if (!ended) open();
        });
        return "stop";
      },
    );
  };
  open();

  return () => {
    ended = true;
    clearTimeout(timer);
    stop();
  };
}
