// What is pinned in a channel.

import { createEffect, createResource, For, type JSX, on, Show } from "solid-js";

import { say } from "../../catalogue";
import { Button, IconButton } from "../../components/button";
import { Empty, Skeleton, Trouble } from "../../components/states";
import type { ChannelId, Message, MessageId } from "../../contract";
import { useApp } from "../../stores/app";
import { togglePin } from "../channel/actions";
import { onBodyClick, onBodyKey } from "../channel/body-events";
import { Quoted } from "../channel/quoted";
import { Panel } from "./panel";

/** Pins shown. */
const SHOWN_MAX = 100;

/** The panel. */
export function PinsPanel(props: { channel: ChannelId }): JSX.Element {
  const app = useApp();
  const words = () => say().panel;
  const [pins, { refetch }] = createResource(
    () => props.channel,
    async (channel) => {
      const page = await app.client.call("message.pins", { channel_id: channel, limit: SHOWN_MAX });
      for (const message of page.items) app.messages.update(message);
      return page.items;
    },
  );
  // A pin set or taken elsewhere is here at once.
  createEffect(on(app.pinsChanged, () => void refetch(), { defer: true }));

  const current = (id: MessageId, was: Message) => app.messages.get(id) ?? was;
  const shown = () => (pins.error ? [] : (pins.latest ?? []).filter((message) => current(message.id, message).pinned));

  return (
    <Panel title={words().pins} icon="pin" testid="pins-panel">
      <div
        class="panel-scroll"
        onClick={(event) => onBodyClick(app, event)}
        onKeyDown={(event) => {
          onBodyKey(app, event);
        }}
      >
        <Show when={!pins.error} fallback={<Trouble failure={pins.error} onRetry={() => void refetch()} />}>
          <Show when={pins.latest} fallback={<Skeleton kind="message" rows={3} />}>
            <Show when={shown().length > 0} fallback={<Empty icon="pin" title={words().noPins} text={words().noPinsText} />}>
              <ul class="pins">
                <For each={shown()}>
                  {(message) => (
                    <li class="pin" data-testid={`pin-${message.id}`}>
                      <Quoted
                        message={current(message.id, message)}
                        actions={
                          <>
                            <Button
                              tone="quiet"
                              onClick={() =>
                                app.place.open({ server: message.server_id, channel: message.channel_id, message: message.id })
                              }
                            >
                              {words().jump}
                            </Button>
                            <Show when={app.servers.may(message.server_id, "PIN")}>
                              <IconButton
                                icon="close"
                                size="s"
                                label={say().message.unpin}
                                onClick={() => void togglePin(app, current(message.id, message)).then(() => refetch())}
                              />
                            </Show>
                          </>
                        }
                      />
                    </li>
                  )}
                </For>
              </ul>
            </Show>
          </Show>
        </Show>
      </div>
    </Panel>
  );
}
