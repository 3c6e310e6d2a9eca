// Keys that work from anywhere.

import { onCleanup } from "solid-js";

import { menuIsOpen } from "../../components/menu";
import type { App } from "../../stores/app";
import { markTalkRead } from "../channel/actions";
import { theTalk } from "../channel/current";
import { emojiIsOpen } from "../channel/emoji-popover";
import { nextLandmark } from "./landmarks";

/** Listens for them until the component that calls ends. */
export function installKeys(app: App): void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || menuIsOpen() || emojiIsOpen()) return;
    if (handle(app, event)) event.preventDefault();
  };
  document.addEventListener("keydown", onKeyDown);
  onCleanup(() => document.removeEventListener("keydown", onKeyDown));
}

function handle(app: App, event: KeyboardEvent): boolean {
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.altKey && event.key.toLowerCase() === "k") {
    app.place.ask(app.place.dialog()?.kind === "switcher" ? null : { kind: "switcher" });
    return true;
  }
  if (command && event.key === "/") {
    app.place.ask(app.place.dialog()?.kind === "keys" ? null : { kind: "keys" });
    return true;
  }
  if (app.place.dialog()) return false;
  if (command && event.key === ",") {
    app.place.ask({ kind: "preferences" });
    return true;
  }
  if (event.key === "F6") {
    nextLandmark(event.shiftKey ? -1 : 1);
    return true;
  }
  if (event.altKey && !command && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    const by = event.key === "ArrowUp" ? -1 : 1;
    if (event.shiftKey) toUnread(app, by);
    else toNeighbour(app, by);
    return true;
  }
  if (command && event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    toServer(app, event.key === "ArrowUp" ? -1 : 1);
    return true;
  }
  if (event.key === "Escape") return escape(app);
  return startsWriting(event);
}

/** Closes what is open, else marks the channel read and goes to its end. */
function escape(app: App): boolean {
  if (app.place.panel()) {
    app.place.show(null);
    theTalk()?.focusComposer();
    return true;
  }
  const talk = theTalk();
  if (!talk) return false;
  if (talk.replyTo()) talk.reply(null);
  else {
    void markTalkRead(app, talk);
    void talk.toBottom();
  }
  talk.focusComposer();
  return true;
}

/** A letter typed anywhere that takes none goes into the composer. */
function startsWriting(event: KeyboardEvent): boolean {
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey || event.key === " ") return false;
  // Rows, buttons and fields have keys of their own.
  if (event.target !== document.body) return false;
  theTalk()?.focusComposer();
  return false;
}

function toNeighbour(app: App, by: number): void {
  const server = app.place.server();
  if (!server) return;
  const channels = app.channels.inOrder([server]);
  const at = channels.findIndex((channel) => channel.id === app.place.channel());
  const next = channels[(at + by + channels.length) % channels.length];
  if (next) app.place.open({ server: next.server_id, channel: next.id });
}

function toUnread(app: App, by: number): void {
  const channels = app.channels.inOrder(app.servers.order());
  const at = channels.findIndex((channel) => channel.id === app.place.channel());
  for (let step = 1; step <= channels.length; step++) {
    const next = channels[(((at + by * step) % channels.length) + channels.length) % channels.length];
    if (next && next.unread > 0 && (!next.muted || next.mentions > 0)) {
      app.place.open({ server: next.server_id, channel: next.id });
      return;
    }
  }
}

function toServer(app: App, by: number): void {
  const servers = app.servers.order();
  const at = servers.indexOf(app.place.server() ?? ("" as never));
  const next = servers[(at + by + servers.length) % servers.length];
  if (next) void app.enterServer(next);
}
