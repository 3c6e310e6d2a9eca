// Every act of governance, newest first: what was done, by whom, and whether it counts.

import { createEffect, createResource, createSignal, For, type JSX, on, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { Button } from "../../components/button";
import { Name } from "../../components/name";
import { Skeleton, Trouble } from "../../components/states";
import type { AuditItem, ServerId } from "../../contract";
import { useApp } from "../../stores/app";
import { exactly, moment } from "../../stores/time";

/** Acts of one page. */
const PAGE = 50;

/** The page. */
export function AuditPage(props: { server: ServerId }): JSX.Element {
  const app = useApp();
  const words = () => say().settings.audit;
  const [older, setOlder] = createSignal<AuditItem[]>([]);
  const [cursor, setCursor] = createSignal<string | null>(null);
  const [first, { refetch }] = createResource(async () => {
    const page = await app.client.call("server.audit.list", { server_id: props.server, limit: PAGE });
    setOlder([]);
    setCursor(page.next_cursor ?? null);
    return page.items;
  });
  createEffect(on(app.actsChanged, () => void refetch(), { defer: true }));
  const more = async () => {
    try {
      const page = await app.client.call("server.audit.list", { server_id: props.server, limit: PAGE, cursor: cursor() });
      setOlder([...older(), ...page.items]);
      setCursor(page.next_cursor ?? null);
    } catch (thrown) {
      app.toasts.fail(thrown);
    }
  };
  return (
    <Show when={!first.error} fallback={<Trouble failure={first.error} onRetry={() => void refetch()} />}>
      <Show when={first.latest} fallback={<Skeleton kind="person" rows={6} />}>
        {(items) => (
          <>
            <ul class="settings-list" data-testid="audit-list">
              <For each={[...items(), ...older()]}>
                {(item) => (
                  <li class="settings-row" classList={{ "settings-off": !item.effective }}>
                    <Avatar id={item.actor.account_id} name={item.actor.display_name} size="s" />
                    <span class="settings-text">
                      <span>
                        <Name text={item.summary} />
                      </span>
                      <span class="field-help">
                        <Show when={!item.effective}>
                          {words().without}
                          <Show when={item.why}>{(why) => <>: {why()}</>}</Show>
                        </Show>
                      </span>
                    </span>
                    <time class="field-help" data-tip={exactly(item.at)}>
                      {moment(item.at)}
                    </time>
                  </li>
                )}
              </For>
            </ul>
            <Show when={cursor()}>
              <Button onClick={() => void more()}>{words().more}</Button>
            </Show>
          </>
        )}
      </Show>
    </Show>
  );
}
