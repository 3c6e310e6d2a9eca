// What was begun and not sent, per channel or thread. Channel drafts are kept by the node.

import type { ChannelId } from "../contract";
import type { Caller } from "../rpc/client";

/** Milliseconds of quiet before a draft is written. */
const QUIET_MS = 500;

/** The store. */
export interface Drafts {
  /** The draft of a composer; asks the node once per channel. */
  get(key: string, channel: ChannelId | null): Promise<string>;
  /** Notes a draft; `channel` is missing for threads, whose drafts live as long as the tab. */
  set(key: string, channel: ChannelId | null, content: string): void;
  /** Writes what still waits. */
  flush(): void;
}

/** Makes the store. */
export function createDrafts(caller: Caller): Drafts {
  const texts = new Map<string, string>();
  const waiting = new Map<ChannelId, { content: string; timer: ReturnType<typeof setTimeout> }>();

  const write = (channel: ChannelId) => {
    const entry = waiting.get(channel);
    if (!entry) return;
    waiting.delete(channel);
    clearTimeout(entry.timer);
    caller
      .call("message.draft.set", { channel_id: channel, content: entry.content }, { idempotent: true })
      .catch(() => {});
  };

  return {
    async get(key, channel) {
      const here = texts.get(key);
      if (here !== undefined || !channel) return here ?? "";
      const { content } = await caller.call("message.draft.get", { channel_id: channel }, { idempotent: true });
      // Written meanwhile: that is newer.
      const kept = texts.get(key) ?? content;
      texts.set(key, kept);
      return kept;
    },
    set(key, channel, content) {
      texts.set(key, content);
      if (!channel) return;
      clearTimeout(waiting.get(channel)?.timer);
      waiting.set(channel, { content, timer: setTimeout(() => write(channel), QUIET_MS) });
    },
    flush() {
      for (const channel of [...waiting.keys()]) write(channel);
    },
  };
}
