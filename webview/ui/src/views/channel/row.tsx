// A message: who, when, what, and what others did with it.

import { createResource, createSignal, type JSX, Match, Show, Switch } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { openMenuAt } from "../../components/menu";
import { Name } from "../../components/name";
import type { Message, MessageId } from "../../contract";
import { Icon } from "../../icons/icon";
import { type App, useApp } from "../../stores/app";
import { ago, exactly, moment, timeBeside } from "../../stores/time";
import { revealed } from "../../text/hidden";
import { plain, plainText, worldOf } from "../../text/plain";
import { memberMenu } from "../main/member-menu";
import { isMine, openThread } from "./actions";
import { Body } from "./body";
import { DeliveryMark } from "./delivery";
import { Editor } from "./editor";
import { messageMenu } from "./message-menu";
import { Reactions } from "./reactions";
import { RowActions } from "./row-actions";
import { useTalk } from "./talk";

/** The row of a message. */
export function MessageRow(props: { id: MessageId; head: boolean; stop: boolean; lit: boolean }): JSX.Element {
  const app = useApp();
  return (
    <Show when={app.messages.get(props.id)}>
      {(message) => <Row message={message()} head={props.head} stop={props.stop} lit={props.lit} />}
    </Show>
  );
}

/** The name an author has now; the one the message came with if they are not known here. */
export function authorName(app: App, message: Message): string {
  return app.members.nameOf(message.server_id, message.author.account_id) ?? message.author.display_name;
}

function Row(props: { message: Message; head: boolean; stop: boolean; lit: boolean }): JSX.Element {
  const app = useApp();
  const talk = useTalk();
  const [hovered, setHovered] = createSignal(false);
  const [focused, setFocused] = createSignal(false);
  const me = () => app.identity.me()?.account_id;
  const mentioned = () => !isMine(app, props.message) && (props.message.mention_everyone || props.message.mentions.includes(me() ?? "acc_"));
  const name = () => authorName(app, props.message);
  const editing = () => talk.editing() === props.message.id;
  const [uncovered, uncover] = createSignal(false);
  const text = () =>
    uncovered() && !props.message.deleted
      ? plain(props.message.content, worldOf(app, props.message.server_id))
      : plainText(app, props.message);
  const label = () => say().message.label(revealed(name()), moment(props.message.created_at), text());
  const blocked = () => !uncovered() && app.contacts.blocked(props.message.author.account_id);

  return (
    <article
      class="message"
      classList={{
        "message-head": props.head,
        "message-mention": mentioned(),
        "message-lit": props.lit,
        "message-deleted": props.message.deleted != null,
        "message-editing": editing(),
      }}
      data-testid={`message-${props.message.id}`}
      data-mine={isMine(app, props.message) ? "" : undefined}
      tabindex={props.stop ? 0 : -1}
      aria-label={label()}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      onFocusIn={() => setFocused(true)}
      onFocusOut={(event) => setFocused(event.currentTarget.contains(event.relatedTarget as Node | null))}
      onContextMenu={(event) => {
        if (window.getSelection()?.toString() || (event.target as Element).closest("input, textarea")) return;
        openMenuAt(event, say().message.menu, messageMenu(app, talk, props.message));
      }}
    >
      <Show when={props.message.reply_to}>{(to) => <ReplyLine to={to()} />}</Show>
      <Show
        when={props.head}
        fallback={
          <time class="message-time-side" dateTime={new Date(props.message.created_at).toISOString()} aria-hidden="true">
            {timeBeside(props.message.created_at)}
          </time>
        }
      >
        <span
          class="message-avatar"
          onClick={() => app.place.show({ kind: "profile", server: talk.server, account: props.message.author.account_id })}
        >
          <Avatar id={props.message.author.account_id} name={name()} />
        </span>
        <header class="message-top">
          <button
            type="button"
            class={`message-author ink-${authorInk(app, props.message)}`}
            tabindex={-1}
            onClick={() => app.place.show({ kind: "profile", server: talk.server, account: props.message.author.account_id })}
            onContextMenu={(event) => {
              const member = app.members.get(talk.server, props.message.author.account_id);
              if (member) openMenuAt(event, name(), memberMenu(app, talk.server, member));
            }}
          >
            <Name text={name()} />
          </button>
          <Show when={props.message.author.bot}>
            <span class="tag">{say().main.bot}</span>
          </Show>
          <time
            class="message-time"
            dateTime={new Date(props.message.created_at).toISOString()}
            data-tip={exactly(props.message.created_at)}
          >
            {moment(props.message.created_at)}
          </time>
        </header>
      </Show>
      <div class="message-content">
        <Switch fallback={<Body message={props.message} keep={talk.thread === null} />}>
          <Match when={props.message.deleted}>
            {(deleted) => (
              <p class="tombstone">
                <Icon name="trash" size="s" />
                {deleted().by === props.message.author.account_id
                  ? say().message.deleted
                  : say().message.deletedBy(app.members.nameOf(talk.server, deleted().by), deleted().reason ?? null)}
              </p>
            )}
          </Match>
          <Match when={blocked()}>
            <p class="tombstone">
              <Icon name="ban" size="s" />
              {say().message.blocked}
              <button type="button" class="edited" data-testid="show-blocked" onClick={() => uncover(true)}>
                {say().message.showBlocked}
              </button>
            </p>
          </Match>
          <Match when={editing()}>
            <Editor message={props.message} />
          </Match>
        </Switch>
        <Show when={props.message.edited_at && !props.message.deleted && !editing()}>
          <button
            type="button"
            class="edited"
            tabindex={-1}
            data-testid="edited"
            data-tip={exactly(props.message.edited_at as number)}
            onClick={() => app.place.ask({ kind: "history", message: props.message.id })}
          >
            {say().message.edited}
          </button>
        </Show>
        <Show when={isMine(app, props.message) && !props.message.deleted && !editing()}>
          <DeliveryMark message={props.message} />
        </Show>
      </div>
      <Show when={props.message.reactions.length > 0}>
        <Reactions message={props.message} />
      </Show>
      <Show when={!talk.thread && props.message.thread}>
        {(thread) => (
          <button type="button" class="thread-line" data-testid="thread-open" onClick={() => openThread(app, props.message)}>
            <Icon name="thread" size="s" />
            <span class="thread-count">{say().message.replies(thread().replies)}</span>
            <span class="thread-time">{say().message.lastReply(ago(thread().last_reply_at))}</span>
          </button>
        )}
      </Show>
      <Show when={props.message.pinned}>
        <span class="pinned-mark" data-tip={say().message.pinned}>
          <Icon name="pin" size="s" />
          <span class="unseen">{say().message.pinned}</span>
        </span>
      </Show>
      <Show when={(hovered() || focused()) && !editing() && !props.message.deleted}>
        <RowActions message={props.message} />
      </Show>
    </article>
  );
}

/** Names of those with power stand out a little. */
function authorInk(app: App, message: Message): "owner" | "staff" | "plain" {
  const server = app.servers.get(message.server_id);
  if (server?.owners.includes(message.author.account_id)) return "owner";
  const roles = app.members.get(message.server_id, message.author.account_id)?.roles ?? [];
  return roles.some((role) => role === "admin" || role === "mod" || role === "steward") ? "staff" : "plain";
}

function ReplyLine(props: { to: MessageId }): JSX.Element {
  const app = useApp();
  const talk = useTalk();
  // Asked for only where the window does not have it.
  const [asked] = createResource(
    () => (app.messages.get(props.to) ? false : props.to),
    (id) => app.messages.fetch(id),
  );
  const original = () => app.messages.get(props.to) ?? asked() ?? null;
  return (
    <button type="button" class="reply-line" tabindex={-1} data-testid="reply-line" onClick={() => void talk.jumpTo(props.to)}>
      <Show when={original()} fallback={<span class="reply-text">{say().message.replyGone}</span>}>
        {(message) => (
          <>
            <Avatar id={message().author.account_id} name={authorName(app, message())} size="xs" />
            <span class="reply-author">
              <Name text={authorName(app, message())} />
            </span>
            <span class="reply-text" dir="auto">
              {plainText(app, message())}
            </span>
          </>
        )}
      </Show>
    </button>
  );
}
