// One conversation on the screen, a channel or a thread: its window, and what the reader is about to do in it.

import { type Accessor, createContext, createSignal, onCleanup, untrack, useContext } from "solid-js";

import { say } from "../../catalogue";
import type { ChannelId, MessageId, ServerId } from "../../contract";
import type { App } from "../../stores/app";
import type { Timeline } from "../../stores/timeline";

/** From where on messages are new: after a message, or all of them. */
export type NewAfter = MessageId | "everything" | null;

/** The conversation. */
export interface Talk {
  server: ServerId;
  channel: ChannelId;
  thread: MessageId | null;
  timeline: Timeline;
  replyTo: Accessor<MessageId | null>;
  reply(to: MessageId | null): void;
  editing: Accessor<MessageId | null>;
  edit(message: MessageId | null): void;
  /** Where the line above new messages stands. */
  newAfter: Accessor<NewAfter>;
  /** How many there were when the line was drawn. */
  newCount: Accessor<number>;
  drawNewLine(after: NewAfter, count: number): void;
  /** Set back to unread by hand: seeing it does not make it read again, until one says so or comes back later. */
  heldUnread: Accessor<boolean>;
  holdUnread(hold: boolean): void;
  /** A message to go to and to light up. */
  target: Accessor<{ message: MessageId } | null>;
  jumpTo(message: MessageId): Promise<void>;
  targetReached(): void;
  /** Whether the list shows the newest message; kept by the list. */
  atBottom: Accessor<boolean>;
  setAtBottom(at: boolean): void;
  /** To the newest message. */
  toBottom(): Promise<void>;
  onToBottom(run: () => void): void;
  focusComposer(): void;
  onFocusComposer(run: () => void): void;
}

/** Opens a conversation; it ends with the component that calls. */
export function createTalk(app: App, channel: ChannelId, thread: MessageId | null = null): Talk {
  const timeline = app.windows.open(channel, thread);
  onCleanup(() => app.windows.close(timeline));
  const [replyTo, reply] = createSignal<MessageId | null>(null);
  const [editing, edit] = createSignal<MessageId | null>(null);
  const [newAfter, setNewAfter] = createSignal<NewAfter>(null);
  const [newCount, setNewCount] = createSignal(0);
  const [heldUnread, holdUnread] = createSignal(false);
  const [target, setTarget] = createSignal<{ message: MessageId } | null>(null, { equals: false });
  const [atBottom, setAtBottom] = createSignal(true);
  let focus = () => {};
  let bottom = () => {};

  const known = untrack(() => app.channels.get(channel));
  if (known && !thread && known.unread > 0) {
    setNewAfter(known.read_up_to ?? "everything");
    setNewCount(known.unread);
  }

  const talk: Talk = {
    server: known?.server_id ?? (untrack(app.place.server) as ServerId),
    channel,
    thread,
    timeline,
    replyTo,
    reply(to) {
      reply(to);
      if (to) focus();
    },
    editing,
    edit,
    newAfter,
    newCount,
    drawNewLine(after, count) {
      setNewAfter(after);
      setNewCount(count);
    },
    heldUnread,
    holdUnread,
    target,
    async jumpTo(message) {
      if (await timeline.showAround(message)) setTarget({ message });
      else app.toasts.tell(say().message.notHere);
    },
    targetReached: () => setTarget(null),
    atBottom,
    setAtBottom,
    async toBottom() {
      if (!timeline.atEnd()) await timeline.showLatest();
      bottom();
    },
    onToBottom: (run) => {
      bottom = run;
    },
    focusComposer: () => focus(),
    onFocusComposer: (run) => {
      focus = run;
    },
  };
  return talk;
}

const Context = createContext<Talk>();

/** Gives a conversation to the views below. */
export const TalkProvider = Context.Provider;

/** The conversation. */
export function useTalk(): Talk {
  const talk = useContext(Context);
  if (!talk) throw new Error("a view stands outside a conversation");
  return talk;
}
