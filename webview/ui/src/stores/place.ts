// Where the reader is: which server, channel and panel are open, and which dialog lies over them.

import { createSignal, type Accessor } from "solid-js";

import type { AccountId, ChannelId, MessageId, ServerId } from "../contract";

/** What slides in at the side of the messages. */
export type Panel =
  | { kind: "thread"; channel: ChannelId; root: MessageId }
  | { kind: "pins"; channel: ChannelId }
  | { kind: "network" }
  | { kind: "recovery" }
  /** Where there is no room for the column. */
  | { kind: "members"; server: ServerId }
  | { kind: "profile"; server: ServerId; account: AccountId };

/** What lies over everything until it is answered. */
export type Dialog =
  | { kind: "create-server" }
  | { kind: "join-server"; link?: string }
  | { kind: "create-channel"; server: ServerId; parent?: ChannelId }
  | { kind: "create-category"; server: ServerId }
  | { kind: "invite"; server: ServerId }
  | { kind: "preferences" }
  | { kind: "server-settings"; server: ServerId; page?: SettingsPage }
  | { kind: "edit-channel"; channel: ChannelId }
  | { kind: "expel"; act: "kick" | "ban"; server: ServerId; account: AccountId }
  | { kind: "timeout"; server: ServerId; account: AccountId }
  | { kind: "explain"; channel: ChannelId; account: AccountId }
  | { kind: "keys" }
  | { kind: "switcher" }
  | { kind: "history"; message: MessageId }
  | { kind: "link"; url: string; label: string }
  | { kind: "recovery-check" }
  | Confirm;

/** A page of a server's settings. */
export type SettingsPage = "overview" | "roles" | "members" | "invites" | "bans" | "audit" | "heirs" | "rollback";

/** A question with two answers. */
export interface Confirm {
  kind: "confirm";
  title: string;
  body: string;
  confirm: string;
  danger?: boolean;
  run(): void | Promise<void>;
}

/** A channel to go to, and perhaps a message in it. */
export interface Target {
  server: ServerId;
  channel: ChannelId;
  message?: MessageId;
}

/** The store. */
export interface Place {
  view: Accessor<"channel" | "directory">;
  server: Accessor<ServerId | null>;
  channel: Accessor<ChannelId | null>;
  /** A message to be scrolled to once the channel shows; taken by the message list. */
  jump: Accessor<{ message: MessageId } | null>;
  panel: Accessor<Panel | null>;
  dialog: Accessor<Dialog | null>;
  /** The channel last open in a server. */
  lastIn(server: ServerId): ChannelId | undefined;
  openServer(server: ServerId, channel: ChannelId | null): void;
  open(target: Target): void;
  openDirectory(): void;
  jumpTaken(): void;
  show(panel: Panel | null): void;
  ask(dialog: Dialog | null): void;
  leave(server: ServerId): void;
}

/** Makes the store. */
export function createPlace(): Place {
  const [view, setView] = createSignal<"channel" | "directory">("channel");
  const [server, setServer] = createSignal<ServerId | null>(null);
  const [channel, setChannel] = createSignal<ChannelId | null>(null);
  const [jump, setJump] = createSignal<{ message: MessageId } | null>(null, { equals: false });
  const [panel, setPanel] = createSignal<Panel | null>(null);
  const [dialog, setDialog] = createSignal<Dialog | null>(null);
  const last = new Map<ServerId, ChannelId>();

  const enter = (nextServer: ServerId, nextChannel: ChannelId | null) => {
    setView("channel");
    if (nextChannel) last.set(nextServer, nextChannel);
    if (channel() !== nextChannel && isOfChannel(panel())) setPanel(null);
    setServer(nextServer);
    setChannel(nextChannel);
  };

  return {
    view,
    server,
    channel,
    jump,
    panel,
    dialog,
    lastIn: (of) => last.get(of),
    openServer: enter,
    open(target) {
      enter(target.server, target.channel);
      if (target.message) setJump({ message: target.message });
    },
    openDirectory() {
      setView("directory");
    },
    jumpTaken: () => setJump(null),
    show: setPanel,
    ask: setDialog,
    leave(gone) {
      last.delete(gone);
      if (server() !== gone) return;
      setServer(null);
      setChannel(null);
      setPanel(null);
    },
  };
}

function isOfChannel(panel: Panel | null): boolean {
  return panel?.kind === "thread" || panel?.kind === "pins" || panel?.kind === "profile";
}
