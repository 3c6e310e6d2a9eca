// A node for tests: answers by method, notes what was asked, and can be made to fail.

import type { Channel, ChannelId, Message, MessageId, MessageItem, ServerId } from "../src/contract";
import type { Caller, Method, Params, Result } from "../src/rpc/client";

type Answers = { [M in Method]?: (params: Params<M>) => Result<M> | Promise<Result<M>> };

/** What was asked. */
export interface Asked {
  method: string;
  params: Record<string, unknown>;
}

/** Makes a caller that answers from a table. */
export function nodeWith(answers: Answers): Caller & { asked: Asked[]; answers: Answers } {
  const asked: Asked[] = [];
  return {
    asked,
    answers,
    async call(method, params) {
      asked.push({ method, params: params as Record<string, unknown> });
      const answer = answers[method];
      if (!answer) throw new Error(`nobody answers ${method}`);
      return (await answer(params as never)) as never;
    },
  };
}

const pad = (name: string) => name.padEnd(52, "a");
export const SERVER = `srv_${pad("s")}` as ServerId;
export const CHANNEL = `chn_${pad("c")}` as ChannelId;
export const ADA = `acc_${pad("ada")}` as const;
export const BOB = `acc_${pad("bob")}` as const;

/** The id of the `number`th message. */
export function messageId(number: number): MessageId {
  const letters = number.toString().replaceAll(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "a");
  return `msg_${letters.padStart(52, "z")}`;
}

/** The `number`th message of the channel, a minute apart. */
export function message(number: number, change: Partial<Message> = {}): Message {
  return {
    id: messageId(number),
    server_id: SERVER,
    channel_id: CHANNEL,
    author: { account_id: ADA, display_name: "Ada", bot: false },
    content: `message ${number}`,
    created_at: 1_790_000_000_000 + number * 60_000,
    rev: 1,
    hlc: number.toString(16).padStart(16, "0"),
    attachments: [],
    mentions: [],
    reactions: [],
    pinned: false,
    delivery: { state: "stored", holders: 0, keepers: 0 },
    ...change,
  } as Message;
}

/** A channel. */
export function channel(change: Partial<Channel> = {}): Channel {
  return {
    id: CHANNEL,
    server_id: SERVER,
    name: "general",
    kind: "text",
    topic: "",
    private: false,
    archived: false,
    history: { mode: "everything" },
    unread: 0,
    mentions: 0,
    muted: false,
    rev: 1,
    ...change,
  } as Channel;
}

/** `message.list` over messages 1 to `count`, as the node pages it. */
export function pages(count: () => number, extra: () => MessageItem[] = () => []) {
  return (params: Params<"message.list">): Result<"message.list"> => {
    const limit = params.limit ?? 50;
    const all = Array.from({ length: count() }, (_, at) => message(at + 1));
    const at = (id: MessageId) => all.findIndex((one) => one.id === id);
    let from = Math.max(0, all.length - limit);
    let to = all.length;
    if (params.before) {
      to = at(params.before);
      from = Math.max(0, to - limit);
    } else if (params.after) {
      from = at(params.after) + 1;
      to = Math.min(all.length, from + limit);
    } else if (params.around) {
      from = Math.max(0, at(params.around) - limit / 2);
      to = Math.min(all.length, from + limit);
    }
    const items: MessageItem[] = all.slice(from, to).reverse();
    return {
      items: [...items, ...extra()],
      ...(from > 0 ? { next_cursor: "b" } : {}),
      ...(to < all.length ? { prev_cursor: "a" } : {}),
    };
  };
}
