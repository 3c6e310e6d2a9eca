// Objects by id: one reactive table, where a change of one field wakes only those who read that field.

import { createStore, produce, reconcile } from "solid-js/store";

/** A reactive table. */
export interface Records<Id extends string, T extends object> {
  get(id: Id | null | undefined): T | undefined;
  put(id: Id, value: T): void;
  putAll(entries: Iterable<readonly [Id, T]>): void;
  /** Changes fields of an entry that is there. */
  patch(id: Id, change: Partial<T>): void;
  remove(ids: Iterable<Id>): void;
  clear(): void;
  /** The table itself, for walking through it. */
  readonly all: Readonly<Record<string, T | undefined>>;
}

/** Makes an empty table. */
export function createRecords<Id extends string, T extends object>(): Records<Id, T> {
  const [all, set] = createStore<Record<string, T | undefined>>({});
  return {
    all,
    get: (id) => (id ? all[id] : undefined),
    put: (id, value) => {
      if (all[id]) set(id as string, reconcile(value as T | undefined, { merge: true }));
      else set(id as string, value as T | undefined);
    },
    putAll: (entries) => {
      set(
        produce((table) => {
          for (const [id, value] of entries) table[id] = value;
        }),
      );
    },
    patch: (id, change) => {
      if (all[id]) set(id as string, (old) => ({ ...(old as T), ...change }) as T);
    },
    remove: (ids) => {
      set(
        produce((table) => {
          for (const id of ids) delete table[id];
        }),
      );
    },
    clear: () => {
      set(reconcile({} as Record<string, T | undefined>));
    },
  };
}
