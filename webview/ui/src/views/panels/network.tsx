// How this node is connected: whether others reach it, with whom it is, what it misses, under which addresses it is known.

import { createResource, For, type JSX, onCleanup, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { Button, IconButton } from "../../components/button";
import { TextField } from "../../components/field";
import { Name } from "../../components/name";
import { Skeleton, Trouble } from "../../components/states";
import type { Peer } from "../../contract";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { ago } from "../../stores/time";
import { createSignal } from "solid-js";
import { copyText } from "../channel/actions";
import { Panel } from "./panel";

/** Milliseconds between two looks while the panel is open. */
const LOOK_MS = 4_000;

/** The panel. */
export function NetworkPanel(): JSX.Element {
  const app = useApp();
  const words = () => say().network;
  const [state, { refetch }] = createResource(async () => {
    const [status, peers, info] = await Promise.all([
      app.client.call("net.status", {}),
      app.client.call("net.peers", {}),
      app.client.call("node.info", {}),
      app.connection.refreshNet(app.client),
    ]);
    return { status, peers: peers.items, info };
  });
  const timer = setInterval(() => void refetch(), LOOK_MS);
  onCleanup(() => clearInterval(timer));
  const [address, setAddress] = createSignal("");
  const [busy, setBusy] = createSignal(false);

  const nameOf = (peer: Peer): string | undefined => {
    const account = peer.account_id;
    if (!account) return undefined;
    for (const server of app.servers.order()) {
      const name = app.members.nameOf(server, account);
      if (name) return name;
    }
    return undefined;
  };
  const connect = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await app.client.call("net.connect", { address: address().trim() }, { answerMs: 60_000, idempotent: true });
      setAddress("");
      await refetch();
    } catch (thrown) {
      app.toasts.fail(thrown);
    } finally {
      setBusy(false);
    }
  };
  const missing = () => app.servers.list().filter((server) => server.sync.missing > 0);

  return (
    <Panel title={words().title} icon="network" testid="network-panel">
      <div class="panel-scroll panel-body">
        <Show when={!state.error || state.latest} fallback={<Trouble failure={state.error} onRetry={() => void refetch()} />}>
          <Show when={state.latest} fallback={<Skeleton kind="person" rows={5} />}>
            {(known) => (
              <>
                <p class="net-state" data-state={app.connection.reach()}>
                  <span class="connection-dot" aria-hidden="true" />
                  <span>
                    <strong>{say().main.connectionShort(app.connection.reach(), known().status.peers)}</strong>
                    <span class="net-explain">{words().explain(app.connection.reach())}</span>
                  </span>
                </p>
                <dl class="facts">
                  <dt>{words().reachable}</dt>
                  <dd>{words().nat(known().status.nat)}</dd>
                  <dt>{words().relayed}</dt>
                  <dd>{known().status.relayed}</dd>
                  <dt>{words().version}</dt>
                  <dd>{known().info.version}</dd>
                </dl>

                <section aria-label={words().gaps}>
                  <h3 class="panel-heading">{words().gaps}</h3>
                  <Show when={missing().length > 0} fallback={<p class="panel-note">{words().noGaps}</p>}>
                    <ul class="plain-list">
                      <For each={missing()}>
                        {(server) => (
                          <li class="net-gap">
                            <Icon name="gap" size="s" />
                            <Name text={server.name} />
                            <span>{words().missing(server.sync.missing)}</span>
                          </li>
                        )}
                      </For>
                    </ul>
                  </Show>
                </section>

                <section aria-label={words().peers}>
                  <h3 class="panel-heading">{words().peers}</h3>
                  <Show when={known().peers.length > 0} fallback={<p class="panel-note">{words().noPeers}</p>}>
                    <ul class="plain-list">
                      <For each={known().peers}>
                        {(peer) => (
                          <li class="peer">
                            <Avatar id={peer.account_id ?? peer.peer_id} name={nameOf(peer) ?? "·"} size="s" />
                            <span class="peer-text">
                              <span class="peer-name">
                                <Name text={nameOf(peer) ?? words().stranger} />
                              </span>
                              <span class="peer-id mono" data-tip={peer.peer_id}>
                                …{peer.peer_id.slice(-12)}
                              </span>
                            </span>
                            <span class="peer-more">
                              {words().direction(peer.direction)} · {ago(peer.connected_at)}
                              <Show when={peer.rtt_ms}>{(rtt) => <> · {words().milliseconds(rtt())}</>}</Show>
                            </span>
                          </li>
                        )}
                      </For>
                    </ul>
                  </Show>
                </section>

                <section aria-label={words().addresses}>
                  <h3 class="panel-heading">{words().addresses}</h3>
                  <ul class="plain-list">
                    <For each={[...known().status.external, ...known().status.listen]}>
                      {(listed) => (
                        <li class="address">
                          <code class="mono">{listed}</code>
                          <IconButton icon="copy" size="s" label={say().common.copy} onClick={() => void copyText(app, listed)} />
                        </li>
                      )}
                    </For>
                  </ul>
                </section>

                <form class="net-connect" onSubmit={(event) => void connect(event)}>
                  <TextField
                    label={words().connect}
                    value={address()}
                    onInput={setAddress}
                    placeholder="/ip4/…/udp/…/quic-v1"
                    help={words().connectHelp}
                    testid="net-address"
                    mono
                  />
                  <Button submit busy={busy()} disabled={address().trim() === ""} testid="net-connect">
                    {words().connectNow}
                  </Button>
                </form>
              </>
            )}
          </Show>
        </Show>
      </div>
    </Panel>
  );
}
