// How the connection to the node stands, and how the node's connections to others do.

import { createSignal, type Accessor } from "solid-js";

import type { NetStatus } from "../contract";
import type { Caller } from "../rpc/client";
import type { Line } from "../rpc/socket";

/** The connection as one word for people: to the node, and from the node to others. */
export type Reach = "connecting" | "offline" | "alone" | "connected";

/** The store. */
export interface Connection {
  line: Accessor<Line>;
  setLine(line: Line): void;
  net: Accessor<NetStatus | null>;
  reach: Accessor<Reach>;
  /** Asks the node how it is connected. */
  refreshNet(caller: Caller): Promise<void>;
}

/** Makes the store. */
export function createConnection(): Connection {
  const [line, setLine] = createSignal<Line>({ state: "connecting" });
  const [net, setNet] = createSignal<NetStatus | null>(null);
  const reach = (): Reach => {
    const { state } = line();
    if (state === "connecting" && net() === null) return "connecting";
    if (state !== "live") return "offline";
    const known = net();
    return known && known.peers > 0 ? "connected" : "alone";
  };
  return {
    line,
    setLine,
    net,
    reach,
    async refreshNet(caller) {
      setNet(await caller.call("net.status", {}));
    },
  };
}
