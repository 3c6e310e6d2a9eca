// Everything a message said, from what it says now to what it said first.

import { createResource, For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Dialog } from "../../components/dialog";
import { Skeleton, Trouble } from "../../components/states";
import type { MessageId } from "../../contract";
import { useApp } from "../../stores/app";
import { everyPage } from "../../stores/paging";
import { moment } from "../../stores/time";
import { worldOf } from "../../text/plain";
import { renderText } from "../../text/render";
import { onBodyClick, onBodyKey } from "../channel/body-events";

/** Versions shown. */
const VERSIONS_MAX = 500;

/** The list of texts. */
export function HistoryDialog(props: { message: MessageId; onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().history;
  const [history, { refetch }] = createResource(
    () => props.message,
    (message) =>
      everyPage((cursor) => app.client.call("message.history", { message_id: message, limit: 100, cursor }), VERSIONS_MAX),
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
              <For each={history()} fallback={<li class="history-when">{words().none}</li>}>
                {(item, index) => (
                  <li class="history-item">
                    <p class="history-when">
                      {index() === 0 ? words().now : index() === (history()?.length ?? 0) - 1 ? words().first : words().before} ·{" "}
                      {moment(item.edited_at)}
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
