// Whom one has blocked: what they write is folded here, on this node only.

import { createStore, reconcile } from "solid-js/store";

import type { AccountId, Contact } from "../contract";
import type { Caller } from "../rpc/client";
import { everyPage } from "./paging";

/** Contacts listed; the node keeps fewer. */
const CONTACTS_MAX = 20_000;

/** The store. */
export interface Contacts {
  blocked(account: AccountId): boolean;
  put(contact: Contact): void;
  load(): Promise<void>;
  /** Blocks somebody, or lets them speak again. */
  block(account: AccountId, blocked: boolean): Promise<void>;
}

/** Makes the store. */
export function createContacts(caller: Caller): Contacts {
  const [blocked, set] = createStore<Record<AccountId, boolean | undefined>>({});
  const put = (contact: Contact) => set(contact.account_id, contact.blocked || undefined);
  return {
    blocked: (account) => blocked[account] ?? false,
    put,
    async load() {
      const contacts = await everyPage((cursor) => caller.call("contact.list", { limit: 200, cursor }), CONTACTS_MAX);
      set(reconcile(Object.fromEntries(contacts.filter((one) => one.blocked).map((one) => [one.account_id, true]))));
    },
    async block(account, on) {
      put(await caller.call(on ? "contact.block" : "contact.unblock", { account_id: account }, { idempotent: true }));
    },
  };
}
