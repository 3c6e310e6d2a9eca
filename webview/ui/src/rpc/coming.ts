// Methods that the interface uses and that the node's contract does not hold yet. What the contract holds counts, whatever stands
// here: an entry that has arrived there is deleted.

import type {
  AccountId,
  Channel,
  ChannelId,
  Message,
  MessageId,
  MessagePage,
  Server,
  ServerId,
} from "../contract";

export type ThreadSummary = { replies: number; last_reply_at: number };
export type HistoryItem = { content: string; edited_at: number; hlc: string };
export type PresenceStatus = "online" | "idle" | "dnd" | "invisible";
export type PresenceItem = {
  type: "typing" | "presence";
  server_id: ServerId;
  channel_id?: ChannelId | null;
  account_id: AccountId;
  status?: PresenceStatus | "offline" | null;
};
export type Listing = {
  server_id: ServerId;
  name: string;
  description: string;
  tags: string[];
  language?: string | null;
  joined: boolean;
  members?: number | null;
};

/** The thread that hangs on a message. */
export function threadOf(message: Message): ThreadSummary | null {
  return (message as Message & { thread?: ThreadSummary | null }).thread ?? null;
}

/** Whether a message mentions everybody. */
export function mentionsEverybody(message: Message): boolean {
  return (message as Message & { mention_everyone?: boolean }).mention_everyone ?? false;
}

/** Methods and their shapes. */
export interface Coming {
  "message.edit": { params: { message_id: MessageId; content: string; if_rev?: number | null }; result: Message };
  "message.delete": { params: { message_id: MessageId; reason?: string | null }; result: Message };
  "message.history": { params: { message_id: MessageId }; result: { items: HistoryItem[] } };
  "message.react": { params: { message_id: MessageId; emoji: string }; result: Message };
  "message.unreact": { params: { message_id: MessageId; emoji: string }; result: Message };
  "message.pin": { params: { message_id: MessageId }; result: Message };
  "message.unpin": { params: { message_id: MessageId }; result: Message };
  "message.pins": {
    params: { channel_id: ChannelId; limit?: number; cursor?: string | null };
    result: MessagePage;
  };
  "message.draft.get": { params: { channel_id: ChannelId }; result: { content: string } };
  "message.draft.set": { params: { channel_id: ChannelId; content: string }; result: Record<string, unknown> };
  "ui.state.get": { params: { key: string }; result: { key: string; value: unknown } };
  "ui.state.set": { params: { key: string; value: unknown }; result: Record<string, unknown> };
  "presence.set": { params: { status: PresenceStatus }; result: Record<string, unknown> };
  "channel.typing": { params: { channel_id: ChannelId }; result: Record<string, unknown> };
  "channel.mute": { params: { channel_id: ChannelId; muted: boolean }; result: Channel };
  "server.discover": {
    params: { query?: string | null; tag?: string | null; limit?: number };
    result: { items: Listing[] };
  };
  "server.join": { params: { server_id: ServerId; nonce?: string | null }; result: Server };
}
