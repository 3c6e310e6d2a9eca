// What each event of the node's log changes here. Every event may come twice; applying it again changes nothing.

import { batch } from "solid-js";

import type { Channel, ChannelId, Contact, Event, Member, Message, Notification, Server, ServerId } from "../contract";
import { notify } from "../shell/notify";
import type { App } from "./app";

/** Milliseconds in which questions for the same thing become one. */
const TOGETHER_MS = 150;

/** Applies events in their order. `live` is false for what is told again after an absence. */
export function applyEvents(app: App, events: Event[], live: boolean): void {
  batch(() => {
    for (const event of events) apply(app, event, live);
  });
}

function apply(app: App, event: Event, live: boolean): void {
  const { type, data } = event;
  if (/^(role|member|invite|server|channel|contact)\./.test(type) && live) soon("acts", () => app.noteAct());
  // Rendered when read: what is gone by now has no data any more.
  if (data === null) {
    if (type === "channel.deleted" && event.channel_id) app.channels.remove(event.channel_id);
    return;
  }
  switch (type) {
    case "message.created":
      onMessage(app, data as Message, live);
      break;
    case "message.edited":
    case "message.deleted":
    case "message.reaction_added":
    case "message.reaction_removed":
    case "message.delivery":
      app.messages.update(data as Message);
      break;
    case "message.pinned":
    case "message.unpinned":
      app.messages.update(data as Message);
      app.notePins();
      break;
    case "notification.created":
      if (live) notify(app, data as Notification);
      break;
    case "contact.updated":
      app.contacts.put(data as Contact);
      break;
    case "channel.created":
    case "channel.updated":
    case "channel.moved":
    case "channel.archived":
      app.channels.put(data as Channel);
      break;
    case "server.created":
    case "server.joined": {
      const server = data as Server;
      app.servers.put(server);
      soon(`channels ${server.id}`, () => app.channels.load(server.id));
      break;
    }
    case "server.updated":
    case "server.restored":
      app.servers.put(data as Server);
      break;
    case "role.created":
    case "role.updated":
    case "role.deleted":
    case "server.rolled_back":
      if (event.server_id) {
        const id = event.server_id;
        refreshServer(app, id);
        soon(`channels ${id}`, () => app.channels.load(id));
        soon("online", () => refreshOnline(app));
      }
      break;
    case "server.left":
    case "server.deleted": {
      const gone = event.server_id ?? (data as { server_id: ServerId }).server_id;
      app.place.leave(gone);
      app.servers.remove(gone);
      app.channels.forget(gone);
      app.members.forget(gone);
      break;
    }
    case "member.joined":
    case "member.timed_out":
    case "member.updated":
      if (event.server_id) {
        app.members.put(event.server_id, data as Member);
        refreshServer(app, event.server_id);
      }
      break;
    case "member.left":
    case "member.kicked":
    case "member.banned":
      if (event.server_id) {
        app.members.remove(event.server_id, (data as Member).account_id);
        refreshServer(app, event.server_id);
      }
      break;
    case "read.updated":
      if (event.channel_id) refreshChannel(app, event.channel_id);
      break;
    case "sync.completed":
      app.servers.put(data as Server);
      soon("gaps", () => app.windows.onCaughtUp());
      soon(`channels ${(data as Server).id}`, () => app.channels.load((data as Server).id));
      break;
    case "peer.up":
    case "peer.down":
      soon("net", () => app.connection.refreshNet(app.client));
      soon("online", () => refreshOnline(app));
      break;
    default:
      // Kinds this program does not know change something it does not show.
      break;
  }
}

function onMessage(app: App, message: Message, live: boolean): void {
  const mine = message.author.account_id === app.identity.me()?.account_id;
  if (mine) app.outbox.settle(message);
  app.windows.onCreated(message);
  app.presence.stopped(message.channel_id, message.author.account_id);
  if (message.thread_id) {
    const root = app.messages.get(message.thread_id);
    if (root) soon(`message ${root.id}`, () => refreshMessage(app, root));
  }
  if (live && !mine) {
    const mentioned = message.mention_everyone || message.mentions.includes(app.identity.me()?.account_id ?? "acc_");
    const looking = app.place.channel() === message.channel_id && document.hasFocus();
    const known = app.channels.get(message.channel_id)?.last_message_id === message.id;
    if (!looking && !known && !message.thread_id) {
      app.channels.bump(message.channel_id, message.id, mentioned);
    }
  }
  refreshChannel(app, message.channel_id);
}

async function refreshMessage(app: App, message: Message): Promise<void> {
  app.messages.update(await app.client.call("message.get", { message_id: message.id }));
}

function refreshChannel(app: App, id: ChannelId): void {
  soon(`channel ${id}`, () => app.channels.refresh(id));
}

function refreshServer(app: App, id: ServerId): void {
  soon(`server ${id}`, () => app.servers.refresh(id));
}

async function refreshOnline(app: App): Promise<void> {
  const server = app.place.server();
  if (server) await app.members.load(server);
}

const scheduled = new Map<string, ReturnType<typeof setTimeout>>();

/** Does something once, shortly, however often it is asked for meanwhile. */
function soon(name: string, run: () => unknown): void {
  if (scheduled.has(name)) return;
  scheduled.set(
    name,
    setTimeout(() => {
      scheduled.delete(name);
      // What it was for may be gone meanwhile; the next event asks again.
      Promise.resolve(run()).catch(() => {});
    }, TOGETHER_MS),
  );
}
