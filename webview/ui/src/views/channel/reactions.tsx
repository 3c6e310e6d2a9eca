// Reactions under a message.

import { For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import type { Message } from "../../contract";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { toggleReaction } from "./actions";
import { openEmojiOn } from "./emoji-popover";

/** The row of reactions. */
export function Reactions(props: { message: Message }): JSX.Element {
  const app = useApp();
  const may = () => app.servers.may(props.message.server_id, "REACT");
  return (
    <div class="reactions">
      <For each={props.message.reactions}>
        {(reaction) => (
          <button
            type="button"
            class="reaction"
            classList={{ "reaction-mine": reaction.me }}
            aria-pressed={reaction.me}
            aria-label={say().message.reaction(reaction.emoji, reaction.count, reaction.me)}
            data-testid={`reaction-${reaction.emoji}`}
            disabled={!may() && !reaction.me}
            tabindex={-1}
            onClick={() => void toggleReaction(app, props.message, reaction.emoji)}
          >
            <span class="emoji">{reaction.emoji}</span>
            <span class="reaction-count">{reaction.count}</span>
          </button>
        )}
      </For>
      <Show when={may()}>
        <button
          type="button"
          class="reaction reaction-add"
          tabindex={-1}
          aria-label={say().message.react}
          onClick={(event) => openEmojiOn(app, event.currentTarget, props.message)}
        >
          <Icon name="smilePlus" size="s" />
        </button>
      </Show>
    </div>
  );
}
