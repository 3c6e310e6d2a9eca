// What is unread, on the title and on the window's icon.

import { createEffect } from "solid-js";

import type { App } from "../stores/app";
import { askShell } from "./bridge";

/** Keeps title and badge right from here on. */
export function keepBadge(app: App): void {
  createEffect(() => {
    let mentions = 0;
    let unread = 0;
    for (const server of app.servers.order()) {
      const counts = app.channels.unreadIn(server);
      mentions += counts.mentions;
      unread += counts.unread;
    }
    const server = app.servers.get(app.place.server());
    const channel = app.channels.get(app.place.channel());
    const where = channel && server ? `#${channel.name} · ${server.name}` : "Folkmoot";
    const mark = mentions > 0 ? `(${mentions}) ` : unread > 0 ? "• " : "";
    document.title = mark + where;
    askShell({ kind: "badge", mentions, unread: unread > 0 });
  });
}
