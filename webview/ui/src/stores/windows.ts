// The windows that are open onto channels and threads: one of the channel on the screen, one of the thread beside it.

import type { ChannelId, Message, MessageId } from "../contract";
import type { Caller } from "../rpc/client";
import type { Messages } from "./messages";
import { createTimeline, type Timeline } from "./timeline";

/** The store. */
export interface Windows {
  /** Opens a window; its view disposes of it with `close`. */
  open(channel: ChannelId, thread?: MessageId | null): Timeline;
  close(timeline: Timeline): void;
  onCreated(message: Message): void;
  /** Something came by catch-up in these channels. */
  onCaughtUp(): void;
  reload(): Promise<void>;
}

/** Makes the store. */
export function createWindows(caller: Caller, messages: Messages): Windows {
  const open = new Set<Timeline>();
  return {
    open(channel, thread = null) {
      const timeline = createTimeline(caller, messages, channel, thread);
      open.add(timeline);
      return timeline;
    },
    close(timeline) {
      open.delete(timeline);
      timeline.dispose();
    },
    onCreated(message) {
      for (const timeline of open) timeline.onCreated(message);
    },
    onCaughtUp() {
      for (const timeline of open) {
        const hasGap = timeline.rows().some((row) => row.kind === "gap");
        // Another event follows if this one fails.
        if (hasGap) timeline.refreshGaps().catch(() => {});
      }
    },
    async reload() {
      await Promise.all([...open].map((timeline) => timeline.showLatest()));
    },
  };
}
