// Channels of every server one is in, with what is unread in them.

import { batch } from "solid-js";
import { createStore, reconcile } from "solid-js/store";

import type { Channel, ChannelId, MessageId, ServerId } from "../contract";
import type { Caller } from "../rpc/client";
import type { Keep } from "./keep";
import { everyPage } from "./paging";
import { createRecords } from "./records";

/** Channels listed per server at most. */
const CHANNELS_MAX = 2_000;

/** A category and what stands in it; `category` is missing for what stands in none. */
export interface ChannelGroup {
  category?: Channel;
  channels: Channel[];
}

/** The store. */
export interface Channels {
  get(id: ChannelId | null | undefined): Channel | undefined;
  /** Channels and categories of a server, in the node's order. */
  of(server: ServerId | null | undefined): Channel[];
  /** The same as the channel column shows it. */
  groups(server: ServerId): ChannelGroup[];
  /** Channels one can write in, in the column's order, over all servers given. */
  inOrder(servers: ServerId[]): Channel[];
  /** Unread messages and mentions of a server; muted channels count for mentions only. */
  unreadIn(server: ServerId): { unread: number; mentions: number };
  loaded(server: ServerId): boolean;
  put(channel: Channel): void;
  remove(id: ChannelId): void;
  forget(server: ServerId): void;
  load(server: ServerId): Promise<void>;
  /** Reads one channel again: its counters are the node's, never added up here. */
  refresh(id: ChannelId): Promise<void>;
  /** Counts a message until the node's own figure is here. */
  bump(id: ChannelId, newest: MessageId, mentioned: boolean): void;
  markRead(id: ChannelId, upTo: MessageId): Promise<void>;
  /**
   * Sets a channel back to unread after a message, `count` messages of others. The node's own marker only moves forward, so
   * this stands here, beside it, until the channel is read again.
   */
  markUnread(id: ChannelId, after: MessageId | null, count: number): void;
  /** Brings back what was set to unread before a restart. */
  restoreUnread(): Promise<void>;
}

/** A channel set back to unread. */
type Held = { after: MessageId | null; count: number };

/** Under which name they are kept. */
const KEPT_AS = "unread";

/** Makes the store. */
export function createChannels(caller: Caller, keep: Keep): Channels {
  const held = new Map<ChannelId, Held>();
  const saveHeld = () => keep.save(KEPT_AS, Object.fromEntries(held));
  /** A channel as the reader left it. */
  const asLeft = (channel: Channel): Channel => {
    const left = held.get(channel.id);
    return left ? { ...channel, unread: channel.unread + left.count, read_up_to: left.after } : channel;
  };
  const records = createRecords<ChannelId, Channel>();
  const [order, setOrder] = createStore<Record<ServerId, ChannelId[] | undefined>>({});

  const of = (server: ServerId | null | undefined) =>
    server ? (order[server] ?? []).flatMap((id) => records.get(id) ?? []) : [];

  const groups = (server: ServerId): ChannelGroup[] => {
    const all = of(server).filter((channel) => !channel.archived);
    const categories = all.filter((channel) => channel.kind === "category");
    const known = new Set<string>(categories.map((category) => category.id));
    const loose = all.filter(
      (channel) => channel.kind !== "category" && !(channel.parent_id && known.has(channel.parent_id)),
    );
    return [
      { channels: loose },
      ...categories.map((category) => ({
        category,
        channels: all.filter((channel) => channel.parent_id === category.id && channel.kind !== "category"),
      })),
    ];
  };

  return {
    get: records.get,
    of,
    groups,
    inOrder: (servers) => servers.flatMap((server) => groups(server).flatMap((group) => group.channels)),
    unreadIn(server) {
      let unread = 0;
      let mentions = 0;
      for (const channel of of(server)) {
        if (!channel.muted) unread += channel.unread;
        mentions += channel.mentions;
      }
      return { unread, mentions };
    },
    loaded: (server) => order[server] !== undefined,
    put(channel) {
      batch(() => {
        records.put(channel.id, asLeft(channel));
        const ids = order[channel.server_id];
        if (ids && !ids.includes(channel.id)) setOrder(channel.server_id, [...ids, channel.id]);
      });
    },
    remove(id) {
      const channel = records.get(id);
      if (!channel) return;
      const { server_id } = channel;
      batch(() => {
        setOrder(server_id, (ids) => ids?.filter((other) => other !== id));
        records.remove([id]);
      });
    },
    forget(server) {
      const ids = order[server] ?? [];
      batch(() => {
        setOrder(server, undefined);
        records.remove(ids);
      });
    },
    async load(server) {
      const channels = await everyPage(
        (cursor) => caller.call("channel.list", { server_id: server, limit: 200, cursor }),
        CHANNELS_MAX,
      );
      batch(() => {
        for (const channel of channels) records.put(channel.id, asLeft(channel));
        const ids = channels.map((channel) => channel.id);
        const gone = (order[server] ?? []).filter((id) => !ids.includes(id));
        setOrder(server, reconcile(ids as ChannelId[] | undefined));
        records.remove(gone);
      });
    },
    async refresh(id) {
      records.put(id, asLeft(await caller.call("channel.get", { channel_id: id })));
    },
    bump(id, newest, mentioned) {
      const channel = records.get(id);
      if (!channel) return;
      records.patch(id, {
        last_message_id: newest,
        unread: channel.unread + 1,
        mentions: channel.mentions + (mentioned ? 1 : 0),
      });
    },
    async markRead(id, upTo) {
      if (held.delete(id)) saveHeld();
      const state = await caller.call("channel.mark_read", { channel_id: id, up_to: upTo }, { idempotent: true });
      records.patch(id, { read_up_to: state.read_up_to, unread: state.unread, mentions: state.mentions });
    },
    markUnread(id, after, count) {
      const channel = records.get(id);
      if (!channel) return;
      held.set(id, { after, count });
      saveHeld();
      records.patch(id, { unread: count, read_up_to: after });
    },
    async restoreUnread() {
      const kept = await keep.load<Record<ChannelId, Held>>(KEPT_AS);
      for (const [id, left] of Object.entries(kept ?? {})) {
        if (typeof left?.count === "number" && left.count > 0) held.set(id as ChannelId, left);
      }
    },
  };
}
