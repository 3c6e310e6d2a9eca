// What one can do to a message. Every act is the node's; what it answers is what is shown.

import { say } from "../../catalogue";
import type { Message } from "../../contract";
import type { App } from "../../stores/app";
import { RECENT_EMOJI_MAX } from "../../stores/prefs";
import type { Talk } from "./talk";

/** Whether a message is one's own. */
export function isMine(app: App, message: Message): boolean {
  return message.author.account_id === app.identity.me()?.account_id;
}

/** Whether one may remove a message. */
export function mayDelete(app: App, message: Message): boolean {
  return isMine(app, message) || app.servers.may(message.server_id, "REDACT_OTHERS");
}

/** Adds one's reaction, or takes it away. */
export async function toggleReaction(app: App, message: Message, emoji: string): Promise<void> {
  const mine = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.me);
  if (!mine) noteEmoji(app, emoji);
  await attempt(app, () =>
    app.client.call(mine ? "message.unreact" : "message.react", { message_id: message.id, emoji }, { idempotent: true }),
  );
}

/** Remembers an emoji as used last. */
export function noteEmoji(app: App, emoji: string): void {
  const others = app.prefs.now.recentEmoji.filter((other) => other !== emoji);
  app.prefs.set("recentEmoji", [emoji, ...others].slice(0, RECENT_EMOJI_MAX));
}

/** Changes the text of a message; true if it was done. */
export async function editMessage(app: App, message: Message, content: string): Promise<boolean> {
  if (content.trim() === message.content.trim()) return true;
  return attempt(app, () =>
    app.client.call("message.edit", { message_id: message.id, content, if_rev: message.rev }, { idempotent: true }),
  );
}

/** Pins a message, or takes it down. */
export async function togglePin(app: App, message: Message): Promise<void> {
  await attempt(app, () =>
    app.client.call(message.pinned ? "message.unpin" : "message.pin", { message_id: message.id }, { idempotent: true }),
  );
}

/** Asks, then removes a message; at once with `sure`. */
export function deleteMessage(app: App, message: Message, sure = false): void {
  const run = async () => {
    await attempt(app, () => app.client.call("message.delete", { message_id: message.id }, { idempotent: true }));
  };
  if (sure) {
    void run();
    return;
  }
  const words = say().message.deleteDialog;
  app.place.ask({
    kind: "confirm",
    title: words.title,
    body: isMine(app, message) ? words.own : words.others(message.author.display_name),
    confirm: words.confirm,
    danger: true,
    run,
  });
}

/** Opens the thread of a message. */
export function openThread(app: App, message: Message): void {
  app.place.show({ kind: "thread", channel: message.channel_id, root: message.thread_id ?? message.id });
}

/** Sets a channel back to unread from a message on. */
export function markUnreadFrom(app: App, talk: Talk, message: Message): void {
  const rows = talk.timeline.rows().flatMap((row) => (row.kind === "message" ? [row.id] : []));
  const at = rows.indexOf(message.id);
  const after = rows[at - 1] ?? null;
  const others = rows.slice(at).filter((id) => {
    const one = app.messages.get(id);
    return one && !isMine(app, one) && !one.deleted;
  });
  const count = Math.max(1, others.length);
  talk.holdUnread(true);
  app.channels.markUnread(talk.channel, after, count);
  talk.drawNewLine(after ?? "everything", count);
}

/** Marks everything read and takes the line away. */
export async function markTalkRead(app: App, talk: Talk): Promise<void> {
  talk.drawNewLine(null, 0);
  talk.holdUnread(false);
  const newest = app.channels.get(talk.channel)?.last_message_id ?? talk.timeline.newest();
  if (!newest) return;
  try {
    await app.channels.markRead(talk.channel, newest);
  } catch (thrown) {
    app.toasts.fail(thrown);
  }
}

/** Puts a text on the clipboard and says so. */
export async function copyText(app: App, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    app.toasts.tell(say().common.copied);
  } catch (thrown) {
    app.toasts.fail(thrown);
  }
}

async function attempt(app: App, act: () => Promise<Message>): Promise<boolean> {
  try {
    app.messages.update(await act());
    return true;
  } catch (thrown) {
    app.toasts.fail(thrown);
    return false;
  }
}
