// Roles: who holds what, in plain words.

import { createEffect, createResource, createSignal, For, type JSX, on, Show } from "solid-js";

import { say } from "../../catalogue";
import { Button } from "../../components/button";
import { Switch as Toggle, TextField } from "../../components/field";
import { Name } from "../../components/name";
import { Skeleton, Trouble } from "../../components/states";
import type { Permission, Role, ServerId } from "../../contract";
import { useApp } from "../../stores/app";
import { NAME_CHARS } from "../dialogs/create-server";
import { Sure } from "./sure";

/** The page. */
export function RolesPage(props: { server: ServerId }): JSX.Element {
  const app = useApp();
  const words = () => say().settings.roles;
  const [roles, { refetch }] = createResource(
    async () => (await app.client.call("server.role.list", { server_id: props.server, limit: 200 })).items,
  );
  createEffect(on(app.actsChanged, () => void refetch(), { defer: true }));
  const [chosen, setChosen] = createSignal<string | null>(null);
  const role = () => (roles.latest ?? []).find((one) => one.id === chosen()) ?? null;
  const may = () => app.servers.may(props.server, "MANAGE_ROLE");
  return (
    <Show when={!roles.error} fallback={<Trouble failure={roles.error} onRetry={() => void refetch()} />}>
      <Show when={roles.latest} fallback={<Skeleton kind="person" rows={5} />}>
        {(known) => (
          <div class="prefs-form">
            <div class="chips" role="group" aria-label={words().list}>
              <For each={known()}>
                {(one) => (
                  <button
                    type="button"
                    class="chip role-chip"
                    classList={{ "chip-chosen": chosen() === one.id }}
                    aria-pressed={chosen() === one.id}
                    data-testid={`role-${one.id}`}
                    onClick={() => setChosen(chosen() === one.id ? null : one.id)}
                  >
                    <Name text={nameOf(one)} /> · {one.members}
                  </button>
                )}
              </For>
              <Show when={may()}>
                <button
                  type="button"
                  class="chip role-chip"
                  classList={{ "chip-chosen": chosen() === "new" }}
                  data-testid="role-new"
                  onClick={() => setChosen("new")}
                >
                  + {words().create}
                </button>
              </Show>
            </div>
            <Show when={chosen()} fallback={<p class="field-help">{words().hint}</p>} keyed>
              {(id) => (
                <RoleEditor
                  server={props.server}
                  role={id === "new" ? null : role()}
                  onDone={(next) => {
                    setChosen(next);
                    void refetch();
                  }}
                />
              )}
            </Show>
          </div>
        )}
      </Show>
    </Show>
  );
}

function nameOf(role: Role): string {
  return (say().roles.one as Record<string, string>)[role.role_id] ?? role.name;
}

function RoleEditor(props: { server: ServerId; role: Role | null; onDone: (next: string | null) => void }): JSX.Element {
  const app = useApp();
  const words = () => say().settings.roles;
  const level = () => app.servers.get(props.server)?.level ?? 0;
  const mine = () => app.servers.get(props.server)?.permissions ?? [];
  // The editor is made anew for each role.
  const [name, setName] = createSignal(props.role ? nameOf(props.role) : "");
  const [rank, setRank] = createSignal(props.role?.level ?? Math.max(1, Math.floor(level() / 2)));
  const [bits, setBits] = createSignal<Permission[]>(props.role?.permissions ?? ["VIEW", "SEND", "REACT", "ATTACH"]);
  const [busy, setBusy] = createSignal(false);
  const editable = () => app.servers.may(props.server, "MANAGE_ROLE") && (props.role === null || props.role.level < level());
  const bitNames = () => Object.keys(say().permissions) as Permission[];
  const save = async () => {
    setBusy(true);
    try {
      const made = props.role
        ? await app.client.call(
            "server.role.update",
            {
              server_id: props.server,
              role_id: props.role.role_id,
              ...(props.role.builtin ? {} : { name: name().trim() }),
              permissions: bits(),
              if_rev: props.role.rev,
            },
            { idempotent: true },
          )
        : await app.client.call("server.role.create", {
            server_id: props.server,
            name: name().trim(),
            level: rank(),
            permissions: bits(),
          });
      app.toasts.tell(say().common.saved);
      props.onDone(made.id);
    } catch (thrown) {
      app.toasts.fail(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="prefs-form">
      <div class="prefs-pair">
        <TextField
          label={words().name}
          value={name()}
          onInput={setName}
          maxLength={NAME_CHARS}
          readOnly={!editable() || (props.role?.builtin ?? false)}
          testid="role-name"
        />
        <TextField
          label={words().level}
          type="number"
          min={1}
          value={String(rank())}
          onInput={(value) => setRank(Number(value) || 1)}
          readOnly={props.role !== null}
          help={words().levelHelp(level())}
          testid="role-level"
        />
      </div>
      <h3 class="panel-heading">{words().may}</h3>
      <For each={bitNames()}>
        {(bit) => (
          <Toggle
            label={say().permissions[bit].label}
            help={say().permissions[bit].help}
            checked={bits().includes(bit)}
            disabled={!editable() || !mine().includes(bit)}
            onChange={(on) => setBits(on ? [...bits(), bit] : bits().filter((other) => other !== bit))}
            testid={`bit-${bit}`}
          />
        )}
      </For>
      <Show when={editable()}>
        <div class="prefs-actions">
          <Show when={props.role && !props.role.builtin ? props.role : null}>
            {(role) => (
              <Sure
                label={words().delete}
                danger
                testid="role-delete"
                run={async () => {
                  await app.client.call("server.role.delete", { server_id: props.server, role_id: role().role_id }, { idempotent: true });
                  props.onDone(null);
                }}
              />
            )}
          </Show>
          <Button tone="primary" busy={busy()} disabled={name().trim() === ""} testid="role-save" onClick={() => void save()}>
            {props.role ? say().common.save : words().create}
          </Button>
        </div>
      </Show>
    </section>
  );
}
