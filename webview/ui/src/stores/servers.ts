// The servers one is in, in the order of the rail.

import { createSignal, type Accessor } from "solid-js";

import type { Server, ServerId } from "../contract";
import type { Caller } from "../rpc/client";
import { everyPage } from "./paging";
import { createRecords } from "./records";

/** Servers listed at most; more than the rail is usable for. */
const SERVERS_MAX = 1_000;

/** The store. */
export interface Servers {
  order: Accessor<ServerId[]>;
  list(): Server[];
  get(id: ServerId | null | undefined): Server | undefined;
  /** Whether one holds a permission in a server; an owner holds all. */
  may(id: ServerId | null | undefined, permission: string): boolean;
  put(server: Server): void;
  remove(id: ServerId): void;
  load(): Promise<void>;
  refresh(id: ServerId): Promise<void>;
}

/** Makes the store. */
export function createServers(caller: Caller): Servers {
  const records = createRecords<ServerId, Server>();
  const [order, setOrder] = createSignal<ServerId[]>([]);
  return {
    order,
    list: () => order().flatMap((id) => records.get(id) ?? []),
    get: records.get,
    may: (id, permission) => records.get(id)?.permissions.includes(permission) ?? false,
    put(server) {
      records.put(server.id, server);
      if (!order().includes(server.id)) setOrder([...order(), server.id]);
    },
    remove(id) {
      setOrder(order().filter((other) => other !== id));
      records.remove([id]);
    },
    async load() {
      const servers = await everyPage((cursor) => caller.call("server.list", { limit: 200, cursor }), SERVERS_MAX);
      for (const server of servers) records.put(server.id, server);
      const known = new Set(servers.map((server) => server.id));
      const gone = order().filter((id) => !known.has(id));
      setOrder([...order().filter((id) => known.has(id)), ...[...known].filter((id) => !order().includes(id))]);
      records.remove(gone);
    },
    async refresh(id) {
      records.put(id, await caller.call("server.get", { server_id: id }));
    },
  };
}
