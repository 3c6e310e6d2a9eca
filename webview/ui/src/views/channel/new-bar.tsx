// The bar over the list while new messages begin further up than one sees.

import { type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { moment } from "../../stores/time";
import { markTalkRead } from "./actions";
import { useTalk } from "./talk";

/** The bar. */
export function NewBar(props: { shown: boolean }): JSX.Element {
  const app = useApp();
  const talk = useTalk();
  const since = () => {
    const after = talk.newAfter();
    return after && after !== "everything" ? app.messages.get(after)?.created_at : undefined;
  };
  const jump = () => {
    const after = talk.newAfter();
    if (after && after !== "everything") void talk.jumpTo(after);
    else {
      const first = talk.timeline.rows().find((row) => row.kind === "message");
      if (first?.kind === "message") void talk.jumpTo(first.id);
    }
  };
  return (
    <Show when={props.shown && talk.newCount() > 0}>
      <div class="new-bar" data-testid="new-bar">
        <button type="button" class="new-bar-jump" data-testid="jump-unread" onClick={jump}>
          <Icon name="arrowUp" size="s" />
          {say().message.newBar(talk.newCount(), since() === undefined ? null : moment(since() as number))}
        </button>
        <button type="button" class="new-bar-read" data-testid="mark-read" onClick={() => void markTalkRead(app, talk)}>
          {say().message.markRead}
          <Icon name="check" size="s" />
        </button>
      </div>
    </Show>
  );
}
