// Whose node this is, and whether its keys can be used.

import { createSignal, type Accessor } from "solid-js";

import type { Identity } from "../contract";
import type { Caller } from "../rpc/client";
import { Failure } from "../rpc/failure";

/** What the node can do with its account. */
export type Standing = "unknown" | "none" | "locked" | "ready";

/** The store. */
export interface IdentityStore {
  standing: Accessor<Standing>;
  me: Accessor<Identity | null>;
  /** The recovery phrase, from the moment it was made until it is put away; kept nowhere else. */
  phrase: Accessor<string | null>;
  load(): Promise<Standing>;
  /** Makes the account. It is `ready` only after `load`, so that whoever calls can prepare the rest first. */
  create(name: string, passphrase: string | null): Promise<void>;
  unlock(passphrase: string): Promise<void>;
  lock(): Promise<void>;
  update(change: { display_name?: string; bio?: string }): Promise<void>;
  putPhraseAway(): void;
}

/** Makes the store. */
export function createIdentity(caller: Caller): IdentityStore {
  const [standing, setStanding] = createSignal<Standing>("unknown");
  const [me, setMe] = createSignal<Identity | null>(null);
  const [phrase, setPhrase] = createSignal<string | null>(null);

  const take = (identity: Identity) => {
    setMe(identity);
    setStanding(identity.state === "ready" ? "ready" : "locked");
  };

  return {
    standing,
    me,
    phrase,
    async load() {
      try {
        take(await caller.call("identity.get", {}));
      } catch (thrown) {
        const failure = Failure.of(thrown);
        if (failure.kind === "precondition") setStanding("none");
        else if (failure.kind === "locked") setStanding("locked");
        else throw failure;
      }
      return standing();
    },
    async create(name, passphrase) {
      const made = await caller.call("identity.create", {
        display_name: name,
        ...(passphrase ? { passphrase } : {}),
      });
      setPhrase(made.recovery_phrase ?? null);
    },
    async unlock(passphrase) {
      take(await caller.call("identity.unlock", { passphrase }, { answerMs: 60_000, idempotent: true }));
    },
    async lock() {
      take(await caller.call("identity.lock", {}, { idempotent: true }));
    },
    async update(change) {
      take(await caller.call("identity.update", { ...change, if_rev: me()?.rev ?? null }));
    },
    putPhraseAway: () => setPhrase(null),
  };
}
