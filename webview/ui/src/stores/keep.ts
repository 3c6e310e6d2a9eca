// What the interface remembers between starts, kept by the node: the window itself has no storage that outlives it.

import type { Caller } from "../rpc/client";

/** Milliseconds of quiet before something changed is written. */
const QUIET_MS = 400;

/** The memory. */
export interface Keep {
  /** What was kept under a name, or `null`. Nothing can be read before the account is ready. */
  load<T>(key: string): Promise<T | null>;
  /** Keeps a value, after a short quiet. */
  save(key: string, value: unknown): void;
  /** Writes what still waits. */
  flush(): void;
}

/** Makes the memory. */
export function createKeep(caller: Caller): Keep {
  const waiting = new Map<string, { value: unknown; timer: ReturnType<typeof setTimeout> }>();

  const write = (key: string) => {
    const entry = waiting.get(key);
    if (!entry) return;
    waiting.delete(key);
    clearTimeout(entry.timer);
    // Comfort only: the next change writes it again.
    caller.call("ui.state.set", { key, value: entry.value }, { idempotent: true }).catch(() => {});
  };

  return {
    async load<T>(key: string) {
      return (await caller.call("ui.state.get", { key }, { idempotent: true })).value as T | null;
    },
    save(key, value) {
      clearTimeout(waiting.get(key)?.timer);
      waiting.set(key, { value, timer: setTimeout(() => write(key), QUIET_MS) });
    },
    flush() {
      for (const key of [...waiting.keys()]) write(key);
    },
  };
}
