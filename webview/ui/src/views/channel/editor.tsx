// A message being changed, in its place.

import { createSignal, createUniqueId, type JSX, onMount } from "solid-js";

import { say } from "../../catalogue";
import type { Message } from "../../contract";
import { emojiTable, withEmoji } from "../../emoji/emoji";
import { useApp } from "../../stores/app";
import { deleteMessage, editMessage } from "./actions";
import { bytesOf, fit, onOfferKey, TEXT_BYTES } from "./field-keys";
import { Offers } from "./offers";
import { useTalk } from "./talk";
import { createWriting } from "./writing";

/** The editor. */
export function Editor(props: { message: Message }): JSX.Element {
  const app = useApp();
  const talk = useTalk();
  const writing = createWriting(app, talk.server);
  const id = createUniqueId();
  const [busy, setBusy] = createSignal(false);
  let field!: HTMLTextAreaElement;

  onMount(() => {
    field.value = writing.decode(props.message.content);
    fit(field);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  });

  const close = () => {
    talk.edit(null);
    talk.focusComposer();
  };
  const save = async () => {
    const content = withEmoji(writing.encode(field.value).trim(), emojiTable());
    if (busy() || bytesOf(content) > TEXT_BYTES) return;
    if (content === "") {
      close();
      deleteMessage(app, props.message);
      return;
    }
    setBusy(true);
    if (await editMessage(app, props.message, content)) close();
    setBusy(false);
  };

  return (
    <div class="editor">
      <Offers writing={writing} id={id} onTake={(index) => writing.take(field, index)} />
      <textarea
        ref={field}
        class="input editor-text"
        rows={1}
        dir="auto"
        aria-label={say().message.editing}
        aria-autocomplete="list"
        aria-controls={writing.offers().length > 0 ? id : undefined}
        aria-activedescendant={writing.offers().length > 0 ? `${id}-${writing.chosen()}` : undefined}
        data-testid="editor"
        readOnly={busy()}
        onInput={() => {
          fit(field);
          writing.look(field);
        }}
        onKeyDown={(event) => {
          if (onOfferKey(writing, field, event) || event.isComposing) return;
          event.stopPropagation();
          if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            void save();
          } else if (event.key === "Escape") {
            event.preventDefault();
            close();
          }
        }}
      />
      <p class="editor-help">
        <button type="button" class="text-button" data-testid="editor-cancel" onClick={close}>
          {say().message.editCancel}
        </button>
        <button type="button" class="text-button" data-testid="editor-save" onClick={() => void save()}>
          {say().message.editSave}
        </button>
      </p>
    </div>
  );
}
