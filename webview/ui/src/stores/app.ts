// All stores together, and how they are filled: once at the start, then by what the node tells.

import { type Accessor, createContext, createSignal, useContext } from "solid-js";

import type { PresenceItem, ServerId } from "../contract";
import { Client } from "../rpc/client";
import { follow } from "../rpc/follow";
import { Failure } from "../rpc/failure";
import { applyEvents } from "./apply";
import { createChannels, type Channels } from "./channels";
import { createConnection, type Connection } from "./connection";
import { createContacts, type Contacts } from "./contacts";
import { createDrafts, type Drafts } from "./drafts";
import { createIdentity, type IdentityStore } from "./identity";
import { createKeep, type Keep } from "./keep";
import { createMembers, type Members } from "./members";
import { createMessages, type Messages } from "./messages";
import { createOutbox, type Outbox } from "./outbox";
import { createPlace, type Place } from "./place";
import { createPrefs, type PrefsStore } from "./prefs";
import { createPresence, type Presence } from "./presence";
import { createServers, type Servers } from "./servers";
import { createToasts, type Toasts } from "./toasts";
import { createWindows, type Windows } from "./windows";

/** Milliseconds between two questions about the network while nothing tells of a change. */
const NET_EVERY_MS = 30_000;

/** Everything views work with. */
export interface App {
  client: Client;
  connection: Connection;
  identity: IdentityStore;
  servers: Servers;
  channels: Channels;
  members: Members;
  contacts: Contacts;
  messages: Messages;
  windows: Windows;
  outbox: Outbox;
  drafts: Drafts;
  presence: Presence;
  prefs: PrefsStore;
  place: Place;
  toasts: Toasts;
  keep: Keep;
  /** Grows whenever a pin was set or taken somewhere. */
  pinsChanged: Accessor<number>;
  notePins(): void;
  /** Grows whenever somebody acted on roles, members, invites or channels somewhere. */
  actsChanged: Accessor<number>;
  noteAct(): void;
  /** Reads everything and follows what happens; call once the account is ready. */
  start(): Promise<void>;
  /** Ends following, as when the node is locked. */
  stop(): void;
  /** Goes to a server: to the channel last open in it, else its first. */
  enterServer(server: ServerId): Promise<void>;
}

/** Makes all stores around a client. */
export function createApp(makeClient: (connection: Connection) => Client): App {
  const connection = createConnection();
  const client = makeClient(connection);
  const keep = createKeep(client);
  const messages = createMessages(client);
  const windows = createWindows(client, messages);
  const [pinsChanged, setPinsChanged] = createSignal(0);
  const [actsChanged, setActsChanged] = createSignal(0);
  const app: App = {
    actsChanged,
    noteAct: () => setActsChanged((count) => count + 1),
    pinsChanged,
    notePins: () => setPinsChanged((count) => count + 1),
    client,
    connection,
    keep,
    messages,
    windows,
    identity: createIdentity(client),
    servers: createServers(client),
    channels: createChannels(client, keep),
    members: createMembers(client),
    contacts: createContacts(client),
    outbox: createOutbox(client, (message) => windows.onCreated(message)),
    drafts: createDrafts(client),
    presence: createPresence(client),
    prefs: createPrefs(keep),
    place: createPlace(),
    toasts: createToasts(),
    start,
    stop,
    enterServer,
  };
  let running: (() => void) | null = null;

  async function readAll(): Promise<number> {
    // The place in the log comes first: what happens while the rest is read is then told again, and told is not lost.
    const { seq } = await client.call("events.head", {});
    await Promise.all([app.channels.restoreUnread(), app.contacts.load(), app.presence.loadMine(), app.servers.load()]);
    await Promise.all(app.servers.order().map((server) => app.channels.load(server)));
    return seq;
  }

  async function start(): Promise<void> {
    if (running) return;
    let ended = false;
    running = () => {
      ended = true;
    };
    const seq = await readAll();
    await app.prefs.load();
    void refreshNet();
    if (ended) return;
    const stopFollowing = follow(client, seq, {
      onEvents: (events, live) => applyEvents(app, events, live),
      onLive() {
        void refreshNet();
        // Who came and went meanwhile is not told again.
        for (const server of app.servers.order()) {
          if (app.members.loaded(server)) app.members.load(server).catch(app.toasts.fail);
        }
      },
      async onHole() {
        const head = await readAll();
        await app.windows.reload();
        return head;
      },
    });
    const stopPresence = client.stream("presence.subscribe", () => ({}), onPresence, () => "again");
    const timer = setInterval(() => void refreshNet(), NET_EVERY_MS);
    running = () => {
      clearInterval(timer);
      stopPresence();
      stopFollowing();
    };
  }

  function stop(): void {
    running?.();
    running = null;
    for (const server of app.servers.order()) {
      app.servers.remove(server);
      app.channels.forget(server);
      app.members.forget(server);
      app.place.leave(server);
    }
    app.presence.clear();
  }

  function onPresence(item: PresenceItem): void {
    if (item.type === "typing") app.presence.onTyping(item);
    else app.members.setPresence(item.server_id, item.account_id, item.status, item.text ?? null);
  }

  async function refreshNet(): Promise<void> {
    if (connection.line().state !== "live") return;
    try {
      await connection.refreshNet(client);
    } catch {
      // Shown by the connection itself.
    }
  }

  async function enterServer(server: ServerId): Promise<void> {
    const usable = () => app.channels.inOrder([server]);
    const first = () => {
      const last = app.place.lastIn(server);
      return usable().find((channel) => channel.id === last)?.id ?? usable()[0]?.id ?? null;
    };
    app.place.openServer(server, first());
    try {
      if (!app.channels.loaded(server)) {
        await app.channels.load(server);
        if (app.place.server() === server && !app.place.channel()) app.place.openServer(server, first());
      }
      if (!app.members.loaded(server)) await app.members.load(server);
    } catch (thrown) {
      if (Failure.of(thrown).kind !== "disconnected") app.toasts.fail(thrown);
    }
  }

  return app;
}

const Context = createContext<App>();

/** Gives the stores to the views below. */
export const AppProvider = Context.Provider;

/** The stores. */
export function useApp(): App {
  const app = useContext(Context);
  if (!app) throw new Error("a view stands outside the provider of the stores");
  return app;
}
