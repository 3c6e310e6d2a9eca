// Where one writes: the text, what it answers, the names it offers, the draft that is kept.

import { createEffect, createSignal, createUniqueId, type JSX, on, onCleanup, onMount, Show } from "solid-js";

import { say } from "../../catalogue";
import { IconButton } from "../../components/button";
import { Name } from "../../components/name";
import { emojiTable, loadEmoji, withEmoji } from "../../emoji/emoji";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { moment, nowish } from "../../stores/time";
import { plainText } from "../../text/plain";
import { isMine, markTalkRead } from "./actions";
import { openEmojiForText } from "./emoji-popover";
import { bytesOf, fit, onOfferKey, TEXT_BYTES } from "./field-keys";
import { Offers } from "./offers";
import { authorName } from "./row";
import { useTalk } from "./talk";
import { TypingLine } from "./typing";
import { createWriting, replace } from "./writing";

/** Milliseconds between two signs that one types. */
const TYPING_EVERY_MS = 4_000;
/** Bytes left from which on they are shown. */
const LEFT_SHOWN = 500;

/** The composer of the conversation around it. */
export function Composer(props: { placeholder: string; main?: boolean }): JSX.Element {
  const app = useApp();
  const talk = useTalk();
  const words = () => say().composer;
  const writing = createWriting(app, talk.server);
  const offersId = createUniqueId();
  const [text, setText] = createSignal("");
  let field!: HTMLTextAreaElement;
  let lastTyping = 0;

  const draftKey = talk.thread ?? talk.channel;
  const draftChannel = talk.thread ? null : talk.channel;
  const server = () => app.servers.get(talk.server);
  const channel = () => app.channels.get(talk.channel);
  const myself = () => app.members.get(talk.server, app.identity.me()?.account_id);

  /** Why one cannot write here, in words. */
  const barred = () => {
    const until = myself()?.timeout_until;
    if (channel()?.archived) return words().archived;
    if (until && until > nowish()) return words().timeout(moment(until));
    if (server() && !app.servers.may(talk.server, "SEND")) return words().mayNot;
    return null;
  };
  const left = () => TEXT_BYTES - bytesOf(writing.encode(text()));
  const sendable = () => text().trim() !== "" && left() >= 0;

  const write = (value: string) => {
    setText(value);
    field.value = value;
    fit(field);
  };
  talk.onFocusComposer(() => field.focus());

  onMount(() => {
    fit(field);
    if (props.main && !app.place.dialog() && matchMedia("(hover: hover)").matches) field.focus();
    app.drafts
      .get(draftKey, draftChannel)
      .then((draft) => {
        if (draft && text() === "") write(writing.decode(draft));
      })
      .catch(app.toasts.fail);
  });
  // Emoji by shortcode are replaced when sending: their table should be here by then.
  createEffect(
    on(text, (now) => {
      if (/:[\w+-]{2,}/.test(now)) void loadEmoji();
    }),
  );
  createEffect(
    on(talk.replyTo, (to) => {
      if (to) field.focus();
    }),
  );

  const onInput = () => {
    setText(field.value);
    fit(field);
    writing.look(field);
    app.drafts.set(draftKey, draftChannel, writing.encode(field.value));
    const now = Date.now();
    if (field.value.trim() !== "" && now - lastTyping > TYPING_EVERY_MS) {
      lastTyping = now;
      // Only a sign: nothing is lost with it.
      app.client.call("channel.typing", { channel_id: talk.channel }, { patienceMs: 0 }).catch(() => {});
    }
  };

  const send = () => {
    if (!sendable() || barred()) return;
    const content = withEmoji(writing.encode(text()).trim(), emojiTable());
    app.outbox.send({ channel: talk.channel, thread: talk.thread, replyTo: talk.replyTo(), content });
    talk.reply(null);
    talk.drawNewLine(null, 0);
    lastTyping = 0;
    writing.close();
    write("");
    app.drafts.set(draftKey, draftChannel, "");
    void talk.toBottom();
  };

  const editLast = () => {
    const mine = talk.timeline.rows().findLast((row) => {
      const message = row.kind === "message" ? app.messages.get(row.id) : undefined;
      return message && isMine(app, message) && !message.deleted;
    });
    if (mine?.kind === "message") talk.edit(mine.id);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (onOfferKey(writing, field, event) || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && field.value === "" && !event.altKey) {
      event.preventDefault();
      editLast();
    } else if (event.key === "Escape" && talk.replyTo()) {
      event.preventDefault();
      event.stopPropagation();
      talk.reply(null);
    } else if (event.key === "Escape" && !talk.thread && !app.place.panel()) {
      event.preventDefault();
      event.stopPropagation();
      void markTalkRead(app, talk);
    }
  };

  const onSelection = () => {
    if (document.activeElement === field && writing.offers().length > 0) writing.look(field);
  };
  document.addEventListener("selectionchange", onSelection);
  onCleanup(() => document.removeEventListener("selectionchange", onSelection));

  const replied = () => app.messages.get(talk.replyTo());

  return (
    <footer class="composer-frame" data-landmark={props.main ? "composer" : undefined}>
      <Show when={replied()}>
        {(message) => (
          <div class="reply-bar" data-testid="reply-bar">
            <Icon name="reply" size="s" />
            <span class="reply-bar-text">
              {words().replyingTo} <Name text={authorName(app, message())} class="reply-author" />
              <span class="reply-text">{plainText(app, message())}</span>
            </span>
            <IconButton icon="close" size="s" label={words().noReply} onClick={() => talk.reply(null)} />
          </div>
        )}
      </Show>
      <Offers
        writing={writing}
        id={offersId}
        onTake={(index) => {
          writing.take(field, index);
        }}
      />
      <Show when={barred()}>
        <p class="composer-barred" role="note">
          <Icon name="lock" size="s" />
          {barred()}
        </p>
      </Show>
      <div class="composer" hidden={barred() !== null}>
        <textarea
          ref={field}
          class="composer-text"
          rows={1}
          dir="auto"
          placeholder={props.placeholder}
          aria-label={props.placeholder}
          aria-autocomplete="list"
          aria-controls={writing.offers().length > 0 ? offersId : undefined}
          aria-activedescendant={writing.offers().length > 0 ? `${offersId}-${writing.chosen()}` : undefined}
          data-testid={props.main ? "composer" : "thread-composer"}
          onInput={onInput}
          onKeyDown={onKeyDown}
          onBlur={() => writing.close()}
        />
        <Show when={left() < LEFT_SHOWN}>
          <span class="composer-left" classList={{ wrong: left() < 0 }} role="status">
            {left()}
          </span>
        </Show>
        <IconButton
          icon="smile"
          label={words().emoji}
          testid={props.main ? "composer-emoji" : undefined}
          onClick={(event) =>
            openEmojiForText(event.currentTarget, field, (emoji) => replace(field, field.selectionStart, emoji))
          }
        />
        <IconButton
          icon="send"
          class="send"
          label={words().send}
          keys="Enter"
          testid={props.main ? "send" : "thread-send"}
          disabled={!sendable()}
          onClick={send}
        />
      </div>
      <TypingLine />
    </footer>
  );
}
