// Who is in a server. Small servers are held whole; of large ones the first part, and whoever is asked for.

import { batch } from "solid-js";
import { createStore, produce } from "solid-js/store";

import type { AccountId, Member, Page, PresenceStatus, ServerId } from "../contract";
import type { Caller } from "../rpc/client";

/** Members held per server; above it names come with their messages and searches ask the node. */
const MEMBERS_MAX = 2_000;

type Roster = {
  members: Record<AccountId, Member | undefined>;
  order: AccountId[];
  /** Whether everybody is here. */
  complete: boolean;
};

/** The store. */
export interface Members {
  get(server: ServerId | null | undefined, account: AccountId | null | undefined): Member | undefined;
  of(server: ServerId | null | undefined): Member[];
  complete(server: ServerId): boolean;
  loaded(server: ServerId): boolean;
  /** The name of an account in a server, if it is known. */
  nameOf(server: ServerId, account: AccountId): string | undefined;
  put(server: ServerId, member: Member): void;
  /** Whether somebody is there, and how. */
  setPresence(server: ServerId, account: AccountId, status: PresenceStatus, text: string | null): void;
  remove(server: ServerId, account: AccountId): void;
  forget(server: ServerId): void;
  load(server: ServerId): Promise<void>;
  /** Asks the node for names; what it finds is kept as well. */
  search(server: ServerId, query: string): Promise<Member[]>;
}

/** Makes the store. */
export function createMembers(caller: Caller): Members {
  const [rosters, set] = createStore<Record<ServerId, Roster | undefined>>({});

  const putAll = (server: ServerId, members: Member[]) => {
    if (!rosters[server]) set(server, { members: {}, order: [], complete: false });
    set(
      server,
      produce((roster: Roster | undefined) => {
        if (!roster) return;
        for (const member of members) {
          if (!roster.members[member.account_id]) roster.order.push(member.account_id);
          roster.members[member.account_id] = member;
        }
      }),
    );
  };

  return {
    get: (server, account) => (server && account ? rosters[server]?.members[account] : undefined),
    of: (server) => {
      const roster = server ? rosters[server] : undefined;
      return roster ? roster.order.flatMap((id) => roster.members[id] ?? []) : [];
    },
    complete: (server) => rosters[server]?.complete ?? false,
    loaded: (server) => rosters[server] !== undefined,
    nameOf: (server, account) => rosters[server]?.members[account]?.display_name,
    put: (server, member) => {
      if (rosters[server]) putAll(server, [member]);
    },
    setPresence: (server, account, status, text) => {
      if (!rosters[server]?.members[account]) return;
      const online = status !== "offline" && status !== "invisible";
      set(server, "members", account, { online, status, status_text: text });
    },
    remove: (server, account) => {
      if (!rosters[server]) return;
      set(
        server,
        produce((roster: Roster | undefined) => {
          if (!roster) return;
          delete roster.members[account];
          roster.order = roster.order.filter((id) => id !== account);
        }),
      );
    },
    forget: (server) => set(server, undefined),
    async load(server) {
      let cursor: string | null = null;
      let count = 0;
      const seen = new Set<AccountId>();
      do {
        const page: Page<Member> = await caller.call("member.list", { server_id: server, limit: 200, cursor });
        putAll(server, page.items);
        for (const member of page.items) seen.add(member.account_id);
        count += page.items.length;
        cursor = page.next_cursor ?? null;
      } while (cursor !== null && count < MEMBERS_MAX);
      batch(() => {
        set(server, "complete", cursor === null);
        if (cursor !== null) return;
        for (const account of [...(rosters[server]?.order ?? [])]) {
          if (!seen.has(account)) this.remove(server, account);
        }
      });
    },
    async search(server, query) {
      const page = await caller.call("member.list", { server_id: server, query, limit: 20 });
      putAll(server, page.items);
      return page.items;
    },
  };
}
