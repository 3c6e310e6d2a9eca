// Messages by id, shared by every view that shows them. Views hold what they show; what nobody holds is dropped.

import type { Message, MessageId } from "../contract";
import type { Caller } from "../rpc/client";
import { createRecords } from "./records";

/** Messages kept that no view holds: quoted ones, mostly. The oldest go first. */
const LOOSE_MAX = 300;

/** The store. */
export interface Messages {
  get(id: MessageId | null | undefined): Message | undefined;
  /** Takes messages in and holds them for a view. */
  hold(messages: Message[]): void;
  /** A view no longer shows these. */
  release(ids: Iterable<MessageId>): void;
  /** Takes a newer state of a message that is here. */
  update(message: Message): void;
  patch(id: MessageId, change: Partial<Message>): void;
  /** A message by id, asked for once; `null` if the node does not have it. */
  fetch(id: MessageId): Promise<Message | null>;
}

/** Makes the store. */
export function createMessages(caller: Caller): Messages {
  const records = createRecords<MessageId, Message>();
  const holders = new Map<MessageId, number>();
  const loose = new Set<MessageId>();
  const asked = new Map<MessageId, Promise<Message | null>>();

  const shrink = () => {
    const surplus = loose.size - LOOSE_MAX;
    if (surplus <= 0) return;
    const oldest = [...loose].slice(0, surplus);
    for (const id of oldest) loose.delete(id);
    records.remove(oldest);
  };

  const newer = (message: Message) => {
    const old = records.get(message.id);
    return !old || message.rev >= old.rev;
  };

  return {
    get: records.get,
    hold(messages) {
      const fresh: Array<readonly [MessageId, Message]> = [];
      for (const message of messages) {
        holders.set(message.id, (holders.get(message.id) ?? 0) + 1);
        loose.delete(message.id);
        if (!records.get(message.id)) fresh.push([message.id, message]);
        else if (newer(message)) records.put(message.id, message);
      }
      records.putAll(fresh);
    },
    release(ids) {
      for (const id of ids) {
        const left = (holders.get(id) ?? 1) - 1;
        if (left > 0) {
          holders.set(id, left);
        } else {
          holders.delete(id);
          loose.add(id);
        }
      }
      shrink();
    },
    update(message) {
      if (records.get(message.id) && newer(message)) records.put(message.id, message);
    },
    patch: records.patch,
    fetch(id) {
      const here = records.get(id);
      if (here) return Promise.resolve(here);
      let running = asked.get(id);
      if (!running) {
        running = caller
          .call("message.get", { message_id: id })
          .then((message) => {
            records.put(id, message);
            if (!holders.has(id)) loose.add(id);
            shrink();
            return message;
          })
          .catch(() => null)
          .finally(() => asked.delete(id));
        asked.set(id, running);
      }
      return running;
    },
  };
}
