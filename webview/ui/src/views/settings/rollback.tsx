// Acts that were in order and are lost, because others decided without knowing of them; brought back with one press.

import { For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { Button } from "../../components/button";
import { Name } from "../../components/name";
import type { RollbackItem, ServerId } from "../../contract";
import { useApp } from "../../stores/app";
import { everyPage } from "../../stores/paging";
import { moment } from "../../stores/time";
import { Listing } from "./listing";

/** Acts shown. */
const SHOWN_MAX = 500;

/** The page. */
export function RollbackPage(props: { server: ServerId }): JSX.Element {
  const app = useApp();
  const words = () => say().settings.rollback;
  const ratify = async (items: RollbackItem[], again: () => void) => {
    try {
      const done = await app.client.call(
        "server.rollback.ratify",
        { server_id: props.server, event_ids: items.map((item) => item.event_id) },
        { idempotent: true },
      );
      app.toasts.tell(words().done(done.restored.length));
      again();
    } catch (thrown) {
      app.toasts.fail(thrown);
    }
  };
  return (
    <div class="prefs-form">
      <p class="field-help">{words().lead}</p>
      <Listing
        read={() =>
          everyPage((cursor) => app.client.call("server.rollback.list", { server_id: props.server, limit: 200, cursor }), SHOWN_MAX)
        }
        icon="history"
        none={words().none}
        noneText={words().noneText}
      >
        {(items, again) => (
          <>
            <Show when={items.filter((item) => item.can_ratify).length > 1}>
              <div class="prefs-actions-start">
                <Button tone="primary" icon="check" testid="ratify-all" onClick={() => void ratify(items.filter((item) => item.can_ratify), again)}>
                  {words().all}
                </Button>
              </div>
            </Show>
            <ul class="settings-list">
              <For each={items}>
                {(item) => (
                  <li class="settings-row" data-testid={`rollback-${item.event_id}`}>
                    <Avatar id={item.author.account_id} name={item.author.display_name} size="s" />
                    <span class="settings-text">
                      <span>
                        <Name text={item.summary} />
                      </span>
                      <span class="field-help">
                        {moment(item.at)} · {words().killed(item.killers.length)}
                      </span>
                    </span>
                    <Show when={item.can_ratify} fallback={<span class="field-help">{words().level(item.level)}</span>}>
                      <Button icon="check" testid={`ratify-${item.event_id}`} onClick={() => void ratify([item], again)}>
                        {words().ratify}
                      </Button>
                    </Show>
                  </li>
                )}
              </For>
            </ul>
          </>
        )}
      </Listing>
    </div>
  );
}
