// The small bar on a message under the pointer or with the focus.

import { For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { IconButton } from "../../components/button";
import { openMenuOn } from "../../components/menu";
import type { Message } from "../../contract";
import { useApp } from "../../stores/app";
import { isMine, openThread, toggleReaction } from "./actions";
import { openEmojiOn } from "./emoji-popover";
import { messageMenu } from "./message-menu";
import { useTalk } from "./talk";

/** Emoji offered before any was used. */
const FIRST_EMOJI = ["👍", "❤️", "😂"];

/** The bar. */
export function RowActions(props: { message: Message }): JSX.Element {
  const app = useApp();
  const talk = useTalk();
  const may = (permission: string) => app.servers.may(props.message.server_id, permission);
  const quick = () => [...new Set([...app.prefs.now.recentEmoji, ...FIRST_EMOJI])].slice(0, 3);
  return (
    <div class="row-actions" role="toolbar" aria-label={say().message.menu}>
      <Show when={may("REACT")}>
        <For each={quick()}>
          {(emoji) => (
            <button
              type="button"
              class="icon-button emoji-button"
              tabindex={-1}
              aria-label={say().message.reactWith(emoji)}
              data-tip={say().message.reactWith(emoji)}
              onClick={() => void toggleReaction(app, props.message, emoji)}
            >
              <span class="emoji">{emoji}</span>
            </button>
          )}
        </For>
        <IconButton
          icon="smilePlus"
          tabindex={-1}
          label={say().message.react}
          testid="action-react"
          onClick={(event) => openEmojiOn(app, event.currentTarget, props.message)}
        />
      </Show>
      <Show when={isMine(app, props.message)}>
        <IconButton icon="edit" tabindex={-1} label={say().message.edit} testid="action-edit" onClick={() => talk.edit(props.message.id)} />
      </Show>
      <IconButton icon="reply" tabindex={-1} label={say().message.reply} testid="action-reply" onClick={() => talk.reply(props.message.id)} />
      <Show when={!talk.thread}>
        <IconButton icon="thread" tabindex={-1} label={say().message.thread} testid="action-thread" onClick={() => openThread(app, props.message)} />
      </Show>
      <IconButton
        icon="more"
        tabindex={-1}
        label={say().message.more}
        testid="action-more"
        onClick={(event) =>
          openMenuOn(event.currentTarget, say().message.menu, messageMenu(app, talk, props.message), "below", "end")
        }
      />
    </div>
  );
}
