// Reading: a channel counts as read while its newest message is on the screen of somebody who looks.

import { createEffect, createSignal, on, onCleanup, untrack } from "solid-js";

import type { App } from "../../stores/app";
import type { Talk } from "./talk";

/** Marks a channel read while its newest message is seen, and draws the line when messages come unseen. */
export function keepReading(app: App, talk: Talk): void {
  const [seen, setSeen] = createSignal(document.hasFocus() && !document.hidden);
  const onSeen = () => setSeen(document.hasFocus() && !document.hidden);
  for (const kind of ["focus", "blur"]) window.addEventListener(kind, onSeen);
  document.addEventListener("visibilitychange", onSeen);
  onCleanup(() => {
    for (const kind of ["focus", "blur"]) window.removeEventListener(kind, onSeen);
    document.removeEventListener("visibilitychange", onSeen);
  });

  const reading = () => seen() && !talk.heldUnread() && talk.atBottom() && talk.timeline.atEnd() && talk.timeline.phase() === "ready";
  let running = false;

  const markRead = async () => {
    const newest = talk.timeline.newest();
    const channel = app.channels.get(talk.channel);
    if (!newest || !channel || running) return;
    if (channel.unread === 0 && channel.read_up_to === newest) return;
    running = true;
    try {
      await app.channels.markRead(talk.channel, newest);
    } catch {
      // Tried again with the next message or the next look.
    } finally {
      running = false;
    }
  };

  createEffect(
    on([reading, talk.timeline.rows], ([now]) => {
      if (now) void markRead();
      else if (!seen() && untrack(talk.newAfter) === null) drawLine();
    }),
  );

  const drawLine = () => {
    const channel = untrack(() => app.channels.get(talk.channel));
    if (channel && channel.unread > 0) talk.drawNewLine(channel.read_up_to ?? "everything", channel.unread);
  };

  createEffect(
    on(
      () => app.channels.get(talk.channel)?.unread ?? 0,
      (unread) => {
        if (unread === 0 || untrack(reading) || untrack(talk.newAfter) !== null) return;
        drawLine();
      },
    ),
  );
}
