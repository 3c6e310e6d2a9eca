// Who may appoint a steward together when no owner is there any more.

import { createEffect, createResource, createSignal, For, type JSX, on, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { Button } from "../../components/button";
import { Select, TextField } from "../../components/field";
import { Name } from "../../components/name";
import { Skeleton, Trouble } from "../../components/states";
import type { AccountId, ServerId } from "../../contract";
import { useApp } from "../../stores/app";
import { revealed } from "../../text/hidden";
import { Sure } from "./sure";

/** The page. */
export function HeirsPage(props: { server: ServerId }): JSX.Element {
  const app = useApp();
  const words = () => say().settings.heirs;
  const [heirs, { refetch }] = createResource(() => app.client.call("server.heirs.get", { server_id: props.server }));
  createEffect(on(app.actsChanged, () => void refetch(), { defer: true }));
  const [chosen, setChosen] = createSignal<AccountId[] | null>(null);
  const [threshold, setThreshold] = createSignal<number | null>(null);
  const [candidate, setCandidate] = createSignal<AccountId | "">("");
  const me = () => app.identity.me()?.account_id ?? ("acc_" as AccountId);
  const owner = () => app.servers.get(props.server)?.owners.includes(me()) ?? false;
  const ids = () => chosen() ?? heirs.latest?.account_ids ?? [];
  const needed = () => threshold() ?? heirs.latest?.threshold ?? 1;
  const nameOf = (account: AccountId) => app.members.nameOf(props.server, account) ?? say().text.unknownPerson;
  const members = () => app.members.of(props.server).filter((member) => member.account_id !== me());

  const save = async () => {
    try {
      await app.client.call(
        "server.heirs.set",
        {
          server_id: props.server,
          account_ids: ids(),
          threshold: Math.max(ids().length > 0 ? 1 : 0, Math.min(needed(), ids().length)),
          if_rev: heirs.latest?.rev ?? null,
        },
        { idempotent: true },
      );
      setChosen(null);
      setThreshold(null);
      app.toasts.tell(say().common.saved);
      await refetch();
    } catch (thrown) {
      app.toasts.fail(thrown);
    }
  };

  return (
    <div class="prefs-form">
      <p class="field-help">{words().lead}</p>
      <Show when={!heirs.error} fallback={<Trouble failure={heirs.error} onRetry={() => void refetch()} />}>
        <Show when={heirs.latest} fallback={<Skeleton kind="person" rows={3} />}>
          {(known) => (
            <>
              <p>{ids().length === 0 ? words().none : words().rule(Math.min(needed(), ids().length), ids().length)}</p>
              <ul class="settings-list">
                <For each={ids()}>
                  {(account) => (
                    <li class="settings-row">
                      <Avatar id={account} name={nameOf(account)} size="s" />
                      <span class="settings-text">
                        <Name text={nameOf(account)} />
                        <Show when={known().signatures.find((signature) => signature.heir_id === account)}>
                          {(signature) => <span class="field-help">{words().signed(revealed(nameOf(signature().account_id)))}</span>}
                        </Show>
                      </span>
                      <Show when={owner()}>
                        <Button tone="quiet" icon="close" onClick={() => setChosen(ids().filter((other) => other !== account))}>
                          {words().remove}
                        </Button>
                      </Show>
                    </li>
                  )}
                </For>
              </ul>
              <Show when={owner()}>
                <Select
                  label={words().add}
                  value={candidate()}
                  onChange={(value) => {
                    if (value && !ids().includes(value)) setChosen([...ids(), value]);
                    setCandidate("");
                  }}
                  options={[
                    { value: "" as AccountId | "", label: words().choose },
                    ...members()
                      .filter((member) => !ids().includes(member.account_id))
                      .map((member) => ({ value: member.account_id as AccountId | "", label: member.display_name })),
                  ]}
                  testid="heirs-add"
                />
                <TextField
                  label={words().threshold}
                  type="number"
                  min={1}
                  value={String(needed())}
                  onInput={(value) => setThreshold(Math.max(1, Number(value) || 1))}
                  testid="heirs-threshold"
                />
                <div class="prefs-actions">
                  <Button tone="primary" disabled={chosen() === null && threshold() === null} testid="heirs-save" onClick={() => void save()}>
                    {say().common.save}
                  </Button>
                </div>
              </Show>
              <Show when={known().account_ids.includes(me())}>
                <section>
                  <h3 class="panel-heading">{words().signTitle}</h3>
                  <p class="field-help">{words().signHelp}</p>
                  <ul class="settings-list">
                    <For each={app.members.of(props.server)}>
                      {(member) => (
                        <li class="settings-row">
                          <Avatar id={member.account_id} name={member.display_name} size="s" />
                          <span class="settings-text">
                            <Name text={member.display_name} />
                          </span>
                          <Sure
                            label={words().sign}
                            testid={`sign-${member.account_id}`}
                            run={async () => {
                              await app.client.call(
                                "server.succession.sign",
                                { server_id: props.server, account_id: member.account_id },
                                { idempotent: true },
                              );
                              await refetch();
                            }}
                          />
                        </li>
                      )}
                    </For>
                  </ul>
                </section>
              </Show>
            </>
          )}
        </Show>
      </Show>
    </div>
  );
}
