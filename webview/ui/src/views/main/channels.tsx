// The channel column: the server's name and menu, its channels by category, and oneself at the foot.

import { createSignal, For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { IconButton } from "../../components/button";
import { openMenuAt, openMenuOn } from "../../components/menu";
import { Name } from "../../components/name";
import { oneStop, rove } from "../../components/roving";
import { Skeleton } from "../../components/states";
import type { Channel, Server } from "../../contract";
import { Icon, type IconName } from "../../icons/icon";
import { useApp } from "../../stores/app";
import type { ChannelGroup } from "../../stores/channels";
import { revealed } from "../../text/hidden";
import { channelMenu } from "./channel-menu";
import { PublicLine } from "./public-line";
import { serverMenu } from "./server-menu";
import { Self } from "./self";

/** The column. */
export function ChannelColumn(): JSX.Element {
  const app = useApp();
  const server = () => app.servers.get(app.place.server());
  return (
    <div class="channels">
      <Show when={server()} fallback={<div class="channels-head channels-head-empty" />}>
        {(known) => <ServerHead server={known()} />}
      </Show>
      <nav
        class="channels-list"
        aria-label={say().main.landmark.channels}
        data-landmark="channels"
        ref={(nav) => oneStop(nav)}
        onKeyDown={(event) => rove(event)}
      >
        <Show when={server()}>
          {(known) => (
            <Show when={app.channels.loaded(known().id)} fallback={<Skeleton kind="line" rows={5} />}>
              <For each={app.channels.groups(known().id)}>{(group) => <Group server={known()} group={group} />}</For>
              <Show when={app.channels.inOrder([known().id]).length === 0}>
                <p class="channels-none">{say().main.noChannels}</p>
              </Show>
            </Show>
          )}
        </Show>
      </nav>
      <Self />
    </div>
  );
}

function ServerHead(props: { server: Server }): JSX.Element {
  const app = useApp();
  const syncing = () => props.server.sync.state === "syncing" || props.server.sync.missing > 0;
  return (
    <header class="channels-head">
      <button
        type="button"
        class="server-name-button"
        aria-haspopup="menu"
        aria-label={say().main.serverMenu(revealed(props.server.name))}
        data-testid="server-menu"
        onClick={(event) => openMenuOn(event.currentTarget, props.server.name, serverMenu(app, props.server))}
      >
        <span class="server-name-text">
          <Name text={props.server.name} />
        </span>
        <Icon name="chevronDown" size="s" />
      </button>
      <Show when={props.server.visibility === "public"}>
        <PublicLine />
      </Show>
      <Show when={syncing() && props.server.sync.missing > 0}>
        <p class="sync-line" role="status">
          <Icon name="sync" size="s" />
          {say().main.syncing(props.server.sync.missing)}
        </p>
      </Show>
    </header>
  );
}

function Group(props: { server: Server; group: ChannelGroup }): JSX.Element {
  const app = useApp();
  const category = () => props.group.category;
  const folded = () => {
    const id = category()?.id;
    return id !== undefined && app.prefs.now.folded.includes(id);
  };
  const toggle = () => {
    const id = category()?.id;
    if (!id) return;
    const all = app.prefs.now.folded;
    app.prefs.set("folded", folded() ? all.filter((other) => other !== id) : [...all, id]);
  };
  /** A folded category still shows what is unread, and where one is. */
  const shown = () =>
    props.group.channels.filter(
      (channel) => !folded() || (channel.unread > 0 && !channel.muted) || channel.id === app.place.channel(),
    );
  const [id] = createSignal(`category-${category()?.id ?? "none"}`);

  return (
    <section class="channel-group" aria-labelledby={category() ? id() : undefined}>
      <Show when={category()}>
        {(known) => (
          <div class="category" onContextMenu={(event) => openMenuAt(event, known().name, channelMenu(app, known()))}>
            <button type="button" id={id()} class="category-name" data-stop aria-expanded={!folded()} onClick={toggle}>
              <span class="category-arrow" classList={{ folded: folded() }}>
                <Icon name="chevronDown" size="s" />
              </span>
              <Name text={known().name} />
            </button>
            <Show when={app.servers.may(props.server.id, "MANAGE_CHANNEL")}>
              <IconButton
                icon="plus"
                size="s"
                label={say().main.createChannelIn(revealed(known().name))}
                onClick={() => app.place.ask({ kind: "create-channel", server: props.server.id, parent: known().id })}
              />
            </Show>
          </div>
        )}
      </Show>
      <ul class="channel-rows">
        <For each={shown()}>{(channel) => <ChannelRow channel={channel} />}</For>
      </ul>
    </section>
  );
}

/** The icon of a channel. */
export function channelIcon(channel: Channel): IconName {
  if (channel.private) return "lock";
  return channel.kind === "announcement" ? "megaphone" : channel.kind === "category" ? "folder" : "hash";
}

function ChannelRow(props: { channel: Channel }): JSX.Element {
  const app = useApp();
  const current = () => app.place.view() === "channel" && app.place.channel() === props.channel.id;
  const unread = () => props.channel.unread > 0 && !props.channel.muted;
  return (
    <li class="channel-row" classList={{ current: current(), unread: unread(), muted: props.channel.muted }}>
      <button
        type="button"
        class="channel-button"
        data-stop
        data-testid={`channel-${props.channel.id}`}
        aria-current={current() ? "page" : undefined}
        aria-label={say().main.channelLabel(revealed(props.channel.name), props.channel.unread, props.channel.mentions)}
        onClick={() => app.place.open({ server: props.channel.server_id, channel: props.channel.id })}
        onContextMenu={(event) => openMenuAt(event, props.channel.name, channelMenu(app, props.channel))}
      >
        <Icon name={channelIcon(props.channel)} size="s" />
        <Name text={props.channel.name} class="channel-name" />
        <Show when={props.channel.muted}>
          <Icon name="bellOff" size="s" />
        </Show>
        <Show when={props.channel.mentions > 0}>
          <span class="badge" aria-hidden="true">
            {props.channel.mentions > 99 ? "99+" : props.channel.mentions}
          </span>
        </Show>
      </button>
    </li>
  );
}
