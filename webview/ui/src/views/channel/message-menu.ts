// The menu of a message: what one may do to it.

import { say } from "../../catalogue";
import type { MenuItem } from "../../components/menu";
import type { Message } from "../../contract";
import type { App } from "../../stores/app";
import { copyText, deleteMessage, isMine, markUnreadFrom, mayDelete, openThread, togglePin } from "./actions";
import { openEmojiFor } from "./emoji-popover";
import type { Talk } from "./talk";

/** The entries. */
export function messageMenu(app: App, talk: Talk, message: Message): MenuItem[] {
  const words = say().message;
  const items: MenuItem[] = [];
  const may = (permission: string) => app.servers.may(message.server_id, permission);
  if (!message.deleted) {
    if (may("REACT")) {
      items.push({ label: words.react, icon: "smilePlus", keys: "+", testid: "menu-react", run: () => openEmojiFor(app, message) });
    }
    items.push({ label: words.reply, icon: "reply", keys: "R", testid: "menu-reply", run: () => talk.reply(message.id) });
    if (!talk.thread) {
      items.push({ label: words.thread, icon: "thread", keys: "T", testid: "menu-thread", run: () => openThread(app, message) });
    }
    if (isMine(app, message)) {
      items.push({ label: words.edit, icon: "edit", keys: "E", testid: "menu-edit", run: () => talk.edit(message.id) });
    }
    if (may("PIN")) {
      items.push({
        label: message.pinned ? words.unpin : words.pin,
        icon: "pin",
        keys: "P",
        testid: "menu-pin",
        run: () => void togglePin(app, message),
      });
    }
    items.push({ separator: true });
    items.push({ label: words.copy, icon: "copy", keys: "C", testid: "menu-copy", run: () => void copyText(app, message.content) });
    if (message.edited_at) {
      items.push({
        label: words.history,
        icon: "history",
        testid: "menu-history",
        run: () => app.place.ask({ kind: "history", message: message.id }),
      });
    }
  }
  if (!talk.thread) {
    items.push({ label: words.unread, icon: "unread", keys: "U", testid: "menu-unread", run: () => markUnreadFrom(app, talk, message) });
  }
  items.push({ label: words.copyId, icon: "link", run: () => void copyText(app, message.id) });
  if (!message.deleted && mayDelete(app, message)) {
    items.push(
      { separator: true },
      { label: words.delete, icon: "trash", danger: true, keys: "Del", testid: "menu-delete", run: () => deleteMessage(app, message) },
    );
  }
  return items;
}
