// Notifications: who is told of which message, and how.

import type { ChannelId, Message, MessageId } from "../contract";
import type { App } from "../stores/app";
import type { Prefs } from "../stores/prefs";
import { plainText } from "../text/plain";
import { askShell } from "./bridge";

/** Characters of a message in a notification. */
const BODY_CHARS = 200;

/** Tells of a message if the reader wants to be told and is not looking at it. */
export function notify(app: App, message: Message, mentioned: boolean): void {
  const channel = app.channels.get(message.channel_id);
  const looking = document.hasFocus() && app.place.channel() === message.channel_id && app.place.view() === "channel";
  if (!channel || looking || message.deleted || app.presence.mine() === "dnd") return;
  if (!wanted(app.prefs.now, message.content, mentioned, channel.muted, new Date().getHours())) return;

  const title = `${message.author.display_name} · #${channel.name}`;
  const body = plainText(app, message).slice(0, BODY_CHARS);
  if (askShell({ kind: "notify", title, body, tag: `${message.channel_id} ${message.id}` })) return;
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const shown = new Notification(title, { body, tag: message.channel_id, silent: false });
  shown.onclick = () => {
    window.focus();
    app.place.open({ server: message.server_id, channel: message.channel_id, message: message.id });
    shown.close();
  };
}

/** Goes to the message of a notification that was chosen in the window program. */
export function goToTag(app: App, tag: string): void {
  const [channelId, messageId] = tag.split(" ");
  const channel = app.channels.get(channelId as ChannelId);
  if (!channel || !messageId?.startsWith("msg_")) return;
  app.place.open({ server: channel.server_id, channel: channel.id, message: messageId as MessageId });
}

/** Whether preferences let a message through. */
export function wanted(prefs: Prefs, content: string, mentioned: boolean, muted: boolean, hour: number): boolean {
  if (isQuiet(prefs, hour) || prefs.notify === "nothing") return false;
  const folded = content.toLocaleLowerCase();
  const named = mentioned || prefs.keywords.some((word) => folded.includes(word.toLocaleLowerCase()));
  if (muted) return mentioned;
  return prefs.notify === "all" || named;
}

function isQuiet({ quietFrom, quietTo }: Prefs, hour: number): boolean {
  if (quietFrom === quietTo) return false;
  return quietFrom < quietTo ? hour >= quietFrom && hour < quietTo : hour >= quietFrom || hour < quietTo;
}
