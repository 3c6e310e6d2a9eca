// What is true for a moment: who types, who is there. Never replayed; forgotten by itself.

import { type Accessor, createSignal } from "solid-js";
import { createStore, produce } from "solid-js/store";

import type { AccountId, ChannelId, OwnPresence, OwnStatus, PresenceItem } from "../contract";
import type { Caller } from "../rpc/client";

/** Milliseconds after which somebody who typed no longer does, whatever is said. */
const TYPING_MS = 8_000;
/** Typists remembered per channel; the line names three and counts the rest. */
const TYPISTS_MAX = 20;

/** The store. */
export interface Presence {
  typists(channel: ChannelId): AccountId[];
  /** What one says of oneself. */
  mine: Accessor<OwnPresence>;
  loadMine(): Promise<void>;
  /** Says something else of oneself; what is not named stays. */
  say(change: { status?: OwnStatus; text?: string | null }): Promise<void>;
  /** Somebody types. */
  onTyping(item: Extract<PresenceItem, { type: "typing" }>): void;
  /** Somebody wrote: they no longer type. */
  stopped(channel: ChannelId, account: AccountId): void;
  clear(): void;
}

/** Makes the store. */
export function createPresence(caller: Caller): Presence {
  const [typing, setTyping] = createStore<Record<ChannelId, AccountId[] | undefined>>({});
  const [mine, setMine] = createSignal<OwnPresence>({ status: "online" });
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  const stopped = (channel: ChannelId, account: AccountId) => {
    const key = `${channel} ${account}`;
    clearTimeout(timers.get(key));
    timers.delete(key);
    if (typing[channel]?.includes(account)) {
      setTyping(channel, (list) => list?.filter((other) => other !== account));
    }
  };

  return {
    typists: (channel) => typing[channel] ?? [],
    mine,
    async loadMine() {
      setMine(await caller.call("presence.get", {}));
    },
    async say({ status = mine().status, text = mine().text ?? null }) {
      setMine(await caller.call("presence.set", { status, text }, { idempotent: true }));
    },
    onTyping({ channel_id: channel, account_id: account, until }) {
      const list = typing[channel] ?? [];
      if (!list.includes(account)) {
        if (list.length >= TYPISTS_MAX) return;
        setTyping(channel, [...list, account]);
      }
      const key = `${channel} ${account}`;
      clearTimeout(timers.get(key));
      timers.set(
        key,
        setTimeout(() => stopped(channel, account), Math.min(Math.max(until - Date.now(), 0), TYPING_MS)),
      );
    },
    stopped,
    clear() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      setTyping(
        produce((all) => {
          for (const channel of Object.keys(all) as ChannelId[]) delete all[channel];
        }),
      );
    },
  };
}
