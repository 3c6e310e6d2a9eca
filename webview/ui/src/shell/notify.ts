// Notifications: the node says of what one is told, this says how.

import type { ChannelId, MessageId, Notification as Notice } from "../contract";
import type { App } from "../stores/app";
import { plainText } from "../text/plain";
import { askShell } from "./bridge";

/** Characters of a message in a notification. */
const BODY_CHARS = 200;

/** Shows a notification, unless the reader is looking at its message. */
export function notify(app: App, { message }: Notice): void {
  const channel = app.channels.get(message.channel_id);
  const looking = document.hasFocus() && app.place.channel() === message.channel_id && app.place.view() === "channel";
  if (!channel || looking || message.deleted || app.contacts.blocked(message.author.account_id)) return;

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
