// A message as one line of plain text: for notifications, quotes and the names of rows.

import { say } from "../catalogue";
import type { Message } from "../contract";
import type { App } from "../stores/app";
import { type Token, tokensOf } from "./markdown";
import type { TextWorld } from "./render";

/** What texts of a server need to know. */
export function worldOf(app: App, server: Message["server_id"]): TextWorld {
  return {
    accountName: (id) => app.members.nameOf(server, id as `acc_${string}`),
    channelName: (id) => app.channels.get(id as `chn_${string}`)?.name,
    me: app.identity.me()?.account_id,
  };
}

/** The message as one line; spoilers stay covered, and what somebody says whom one has blocked. */
export function plainText(app: App, message: Message): string {
  if (message.deleted) return say().message.deleted;
  if (app.contacts.blocked(message.author.account_id)) return say().message.blocked;
  return plain(message.content, worldOf(app, message.server_id));
}

/** A text as one line. */
export function plain(text: string, world: TextWorld): string {
  const parts: string[] = [];
  for (const token of tokensOf(text.slice(0, 1_000))) {
    if (token.type === "fence") parts.push(token.content);
    else if (token.type === "inline") parts.push(inline(token.children ?? [], world));
  }
  return parts.join(" ").replaceAll(/\s+/g, " ").trim();
}

function inline(tokens: Token[], world: TextWorld): string {
  let covered = false;
  let text = "";
  for (const token of tokens) {
    if (token.type === "spoiler_open") {
      covered = true;
      text += "▒▒▒";
    } else if (token.type === "spoiler_close") {
      covered = false;
    } else if (!covered) {
      text += word(token, world);
    }
  }
  return text;
}

function word(token: Token, world: TextWorld): string {
  switch (token.type) {
    case "softbreak":
    case "hardbreak":
      return " ";
    case "mention_account":
      return `@${world.accountName(token.content) ?? say().text.unknownPerson}`;
    case "mention_channel":
      return `#${world.channelName(token.content) ?? say().text.unknownChannel}`;
    case "mention_everyone":
      return "@everyone";
    default:
      return token.content;
  }
}
