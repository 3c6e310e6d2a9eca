// An own message that has not reached the node's disk yet.

import { createMemo, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { Name } from "../../components/name";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { moment } from "../../stores/time";
import { worldOf } from "../../text/plain";
import { renderText } from "../../text/render";
import { useTalk } from "./talk";

/** The row. */
export function PendingRow(props: { nonce: string; head: boolean }): JSX.Element {
  const app = useApp();
  const talk = useTalk();
  const one = () => app.outbox.pending().find((other) => other.nonce === props.nonce);
  const me = () => app.identity.me();
  const content = createMemo(() => one()?.content ?? "");
  const body = createMemo(() => renderText(content(), worldOf(app, talk.server)));
  return (
    <Show when={one()}>
      {(pending) => (
        <article class="message message-pending" classList={{ "message-head": props.head, "message-failed": pending().failure !== null }} data-testid="message-pending">
          <Show when={props.head && me()}>
            {(myself) => (
              <>
                <span class="message-avatar">
                  <Avatar id={myself().account_id} name={myself().display_name} />
                </span>
                <header class="message-top">
                  <span class="message-author">
                    <Name text={myself().display_name} />
                  </span>
                  <time class="message-time">{moment(pending().at)}</time>
                </header>
              </>
            )}
          </Show>
          <div class="message-content">
            {body()}
            <Show when={!pending().failure}>
              <span class="delivery delivery-queued" data-tip={say().message.sending}>
                <Icon name="clock" size="s" />
                <span class="unseen">{say().message.sending}</span>
              </span>
            </Show>
          </div>
          <Show when={pending().failure}>
            {(failure) => (
              <p class="pending-failed" role="alert">
                <Icon name="alert" size="s" />
                <span>{say().message.notSent(say().failure.text(failure()))}</span>
                <button type="button" class="text-button" data-testid="pending-retry" onClick={() => app.outbox.retry(props.nonce)}>
                  {say().common.retry}
                </button>
                <button type="button" class="text-button" data-testid="pending-discard" onClick={() => app.outbox.discard(props.nonce)}>
                  {say().message.discard}
                </button>
              </p>
            )}
          </Show>
        </article>
      )}
    </Show>
  );
}
