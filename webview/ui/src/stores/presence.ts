// What is true for a moment: who types, who is there. Never replayed; forgotten by itself.

import { type Accessor, createSignal } from "solid-js";
import { createStore, produce } from "solid-js/store";

import type { AccountId, ChannelId } from "../contract";
import type { PresenceItem, PresenceStatus } from "../rpc/coming";

/** Milliseconds after which somebody who typed no longer does. */
const TYPING_MS = 8_000;
/** Typists remembered per channel; the line names three and counts the rest. */
const TYPISTS_MAX = 20;

/** The store. */
export interface Presence {
  typists(channel: ChannelId): AccountId[];
  /** What one says of oneself. */
  mine: Accessor<PresenceStatus>;
  setMine(status: PresenceStatus): void;
  statusOf(account: AccountId): PresenceStatus | "offline" | undefined;
  onItem(item: PresenceItem): void;
  /** Somebody wrote: they no longer type. */
  stopped(channel: ChannelId, account: AccountId): void;
  clear(): void;
}

/** Makes the store. */
export function createPresence(): Presence {
  const [typing, setTyping] = createStore<Record<ChannelId, AccountId[] | undefined>>({});
  const [status, setStatus] = createStore<Record<AccountId, PresenceStatus | "offline" | undefined>>({});
  const [mine, setMine] = createSignal<PresenceStatus>("online");
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
    setMine,
    statusOf: (account) => status[account],
    onItem(item) {
      if (item.type === "presence") {
        setStatus(item.account_id, item.status ?? undefined);
        return;
      }
      const channel = item.channel_id;
      if (!channel) return;
      const account = item.account_id;
      const list = typing[channel] ?? [];
      if (!list.includes(account)) {
        if (list.length >= TYPISTS_MAX) return;
        setTyping(channel, [...list, account]);
      }
      const key = `${channel} ${account}`;
      clearTimeout(timers.get(key));
      timers.set(
        key,
        setTimeout(() => stopped(channel, account), TYPING_MS),
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
