// Single keys while a message has the focus.

import { say } from "../../catalogue";
import { openMenuOn } from "../../components/menu";
import type { Message } from "../../contract";
import type { App } from "../../stores/app";
import { copyText, deleteMessage, isMine, markUnreadFrom, mayDelete, openThread, togglePin } from "./actions";
import { openEmojiFor } from "./emoji-popover";
import { messageMenu } from "./message-menu";
import type { Talk } from "./talk";

/** Handles a key on a message; false if it means nothing here. */
export function onRowKey(app: App, talk: Talk, message: Message, event: KeyboardEvent): boolean {
  const row = event.target as HTMLElement;
  const there = message.deleted == null;
  switch (event.key) {
    case "Enter":
    case " ":
      openMenuOn(row, say().message.menu, messageMenu(app, talk, message));
      return true;
    case "r":
      if (there) talk.reply(message.id);
      return there;
    case "t":
      if (there && !talk.thread) openThread(app, message);
      return there;
    case "e":
      if (there && isMine(app, message)) talk.edit(message.id);
      return there;
    case "+":
    case "a":
      if (there) openEmojiFor(app, message);
      return there;
    case "p":
      if (there && app.servers.may(message.server_id, "PIN")) void togglePin(app, message);
      return there;
    case "c":
      if (there) void copyText(app, message.content);
      return there;
    case "u":
      if (!talk.thread) markUnreadFrom(app, talk, message);
      return true;
    case "Delete":
    case "Backspace":
      if (there && mayDelete(app, message)) deleteMessage(app, message, event.shiftKey);
      return there;
    default:
      return false;
  }
}
