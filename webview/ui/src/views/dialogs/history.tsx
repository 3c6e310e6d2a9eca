// What a message said before it was changed.

import { createResource, For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Dialog } from "../../components/dialog";
import { Skeleton, Trouble } from "../../components/states";
import type { MessageId } from "../../contract";
import { useApp } from "../../stores/app";
import { moment } from "../../stores/time";
import { worldOf } from "../../text/plain";
import { renderText } from "../../text/render";
import { onBodyClick, onBodyKey } from "../channel/body-events";

/** The list of earlier texts. */
export function HistoryDialog(props: { message: MessageId; onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().history;
  const [history, { refetch }] = createResource(
    () => props.message,
    async (message) => (await app.client.call("message.history", { message_id: message })).items,
  );
  const server = () => app.messages.get(props.message)?.server_id ?? app.place.server();
  return (
    <Dialog title={words().title} testid="history-dialog" onClose={props.onClose}>
      <div
        class="history"
        tabindex={0}
        role="region"
        aria-label={words().title}
        onClick={(event) => onBodyClick(app, event)}
        onKeyDown={(event) => {
          onBodyKey(app, event);
        }}
      >
        <Show when={!history.error} fallback={<Trouble failure={history.error} onRetry={() => void refetch()} />}>
          <Show when={history()} fallback={<Skeleton kind="line" rows={3} />}>
            <ol class="history-list">
              <For each={history()}>
                {(item, index) => (
                  <li class="history-item">
                    <p class="history-when">
                      {index() === 0 ? words().now : words().before} · {moment(item.edited_at)}
                    </p>
                    <Show when={server()}>{(of) => renderText(item.content, worldOf(app, of()))}</Show>
                  </li>
                )}
              </For>
            </ol>
          </Show>
        </Show>
      </div>
    </Dialog>
  );
}
