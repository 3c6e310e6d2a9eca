// A channel: its head, its messages, its composer.

import { createEffect, type JSX, on, onMount, Show } from "solid-js";

import { say } from "../../catalogue";
import { IconButton } from "../../components/button";
import { openMenuOn } from "../../components/menu";
import { Name } from "../../components/name";
import type { ChannelId } from "../../contract";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { channelMenu } from "../main/channel-menu";
import { channelIcon } from "../main/channels";
import { isNarrow } from "../main/narrow";
import { Composer } from "./composer";
import { MessageList } from "./list";
import { keepReading } from "./reading";
import { createTalk, TalkProvider } from "./talk";
import { currentTalk } from "./current";

/** The view of one channel; made anew for each. */
export function ChannelView(props: { channel: ChannelId; menu: JSX.Element }): JSX.Element {
  const app = useApp();
  // The parent makes a view per channel, so this does not change.
  const talk = createTalk(app, props.channel);
  currentTalk(talk);
  keepReading(app, talk);
  const channel = () => app.channels.get(props.channel);

  onMount(() => {
    const jump = app.place.jump();
    if (!jump) void talk.timeline.showLatest();
  });
  createEffect(
    on(app.place.jump, (jump) => {
      if (!jump) return;
      app.place.jumpTaken();
      void talk.jumpTo(jump.message).then(() => {
        if (talk.timeline.phase() === "loading") void talk.timeline.showLatest();
      });
    }),
  );

  return (
    <TalkProvider value={talk}>
      <main class="talk" aria-label={say().main.landmark.channel(channel()?.name ?? "")}>
        <header class="head">
          {props.menu}
          <Show when={channel()}>
            {(known) => (
              <>
                <Icon name={channelIcon(known())} />
                <h1 class="head-title">
                  <Name text={known().name} />
                </h1>
                <Show when={known().topic}>
                  <p class="head-topic" data-tip={known().topic}>
                    <Name text={known().topic} />
                  </p>
                </Show>
              </>
            )}
          </Show>
          <span class="head-space" />
          <IconButton
            icon="pin"
            label={say().main.pins}
            testid="pins-open"
            aria-pressed={app.place.panel()?.kind === "pins"}
            onClick={() =>
              app.place.show(app.place.panel()?.kind === "pins" ? null : { kind: "pins", channel: props.channel })
            }
          />
          <IconButton
            icon="users"
            label={say().main.members}
            testid="members-toggle"
            aria-pressed={isNarrow() ? app.place.panel()?.kind === "members" : app.prefs.now.members && app.place.panel() === null}
            onClick={() => {
              if (isNarrow()) {
                app.place.show({ kind: "members", server: talk.server });
              } else if (app.place.panel()) {
                app.place.show(null);
                app.prefs.set("members", true);
              } else {
                app.prefs.set("members", !app.prefs.now.members);
              }
            }}
          />
          <IconButton
            icon="search"
            label={say().main.switcher}
            keys="Ctrl+K"
            testid="switcher-open"
            onClick={() => app.place.ask({ kind: "switcher" })}
          />
          <Show when={channel()}>
            {(known) => (
              <IconButton
                icon="more"
                label={say().main.channelMenu}
                testid="channel-menu"
                aria-haspopup="menu"
                onClick={(event) =>
                  openMenuOn(event.currentTarget, known().name, channelMenu(app, known()), "below", "end")
                }
              />
            )}
          </Show>
        </header>
        <MessageList label={say().main.messagesIn(channel()?.name ?? "")} testid="message-list" landmark />
        <Composer placeholder={say().composer.placeholder(channel()?.name ?? "")} main />
      </main>
    </TalkProvider>
  );
}
