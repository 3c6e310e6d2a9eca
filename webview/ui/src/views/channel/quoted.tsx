// A message shown outside its conversation: in a panel, in a dialog.

import { type JSX, Show } from "solid-js";

import { Avatar } from "../../components/avatar";
import { Name } from "../../components/name";
import type { Message } from "../../contract";
import { useApp } from "../../stores/app";
import { exactly, moment } from "../../stores/time";
import { plainText } from "../../text/plain";
import { Body } from "./body";
import { authorName } from "./row";

/** The message. */
export function Quoted(props: { message: Message; actions?: JSX.Element }): JSX.Element {
  const app = useApp();
  const name = () => authorName(app, props.message);
  return (
    <article class="message message-head message-quoted">
      <span class="message-avatar">
        <Avatar id={props.message.author.account_id} name={name()} />
      </span>
      <header class="message-top">
        <span class="message-author">
          <Name text={name()} />
        </span>
        <time class="message-time" dateTime={new Date(props.message.created_at).toISOString()} data-tip={exactly(props.message.created_at)}>
          {moment(props.message.created_at)}
        </time>
      </header>
      <div class="message-content">
        <Show
          when={!props.message.deleted && !app.contacts.blocked(props.message.author.account_id)}
          fallback={<p class="tombstone">{plainText(app, props.message)}</p>}
        >
          <Body message={props.message} />
        </Show>
      </div>
      <Show when={props.actions}>
        <div class="quoted-actions">{props.actions}</div>
      </Show>
    </article>
  );
}
