// What somebody may do in a channel, and step by step why.

import { createResource, For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Dialog } from "../../components/dialog";
import { Skeleton, Trouble } from "../../components/states";
import type { AccountId, ChannelId, Permission } from "../../contract";
import { useApp } from "../../stores/app";
import { moment } from "../../stores/time";
import { revealed } from "../../text/hidden";

/** The explanation. */
export function ExplainDialog(props: { channel: ChannelId; account: AccountId; onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().explain;
  const channel = () => app.channels.get(props.channel);
  const name = () => {
    const server = channel()?.server_id;
    return revealed((server && app.members.nameOf(server, props.account)) ?? say().text.unknownPerson);
  };
  const [explanation, { refetch }] = createResource(() =>
    app.client.call("channel.permissions.explain", { channel_id: props.channel, account_id: props.account }),
  );
  return (
    <Dialog title={words().title(name(), revealed(channel()?.name ?? ""))} testid="explain-dialog" onClose={props.onClose}>
      <div class="history" tabindex={0} role="region" aria-label={words().steps}>
        <Show when={!explanation.error} fallback={<Trouble failure={explanation.error} onRetry={() => void refetch()} />}>
          <Show when={explanation()} fallback={<Skeleton kind="line" rows={4} />}>
            {(known) => (
              <>
                <p class="history-when">{words().level(known().level)}</p>
                <h3 class="panel-heading">{words().may}</h3>
                <Show when={known().permissions.length > 0} fallback={<p>{words().mayNothing}</p>}>
                  <Bits bits={known().permissions} />
                </Show>
                <Show when={known().missing.length > 0}>
                  <h3 class="panel-heading">{words().mayNot}</h3>
                  <dl class="facts" data-testid="explain-missing">
                    <For each={known().missing}>
                      {(missing) => (
                        <>
                          <dt>{labelOf(missing.permission)}</dt>
                          <dd>{revealed(missing.because)}</dd>
                        </>
                      )}
                    </For>
                  </dl>
                </Show>
                <h3 class="panel-heading">{words().steps}</h3>
                <ol class="history-list">
                  <For each={known().steps}>
                    {(step) => (
                      <li class="history-item">
                        <p>
                          {revealed(step.text)}
                          <Show when={step.until}>{(until) => <> ({words().until(moment(until()))})</>}</Show>
                        </p>
                        <Change word={words().gives} bits={step.gives} />
                        <Change word={words().takes} bits={step.takes} />
                      </li>
                    )}
                  </For>
                </ol>
              </>
            )}
          </Show>
        </Show>
      </div>
    </Dialog>
  );
}

function Change(props: { word: string; bits: Permission[] }): JSX.Element {
  return (
    <Show when={props.bits.length > 0}>
      <p class="history-when">{props.word}</p>
      <Bits bits={props.bits} />
    </Show>
  );
}

function Bits(props: { bits: Permission[] }): JSX.Element {
  return (
    <p class="chips">
      <For each={props.bits}>{(bit) => <span class="chip">{labelOf(bit)}</span>}</For>
    </p>
  );
}

function labelOf(permission: Permission): string {
  return say().permissions[permission].label;
}
