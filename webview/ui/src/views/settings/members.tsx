// Members and their roles, and what can be done with each.

import { createMemo, createResource, createSignal, For, type JSX, on, createEffect, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { Button } from "../../components/button";
import { Select, TextField } from "../../components/field";
import { Name } from "../../components/name";
import type { Member, Role, RoleId, ServerId } from "../../contract";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { moment } from "../../stores/time";
import { dotOf, statusOf } from "../main/status";

/** Rows shown at once; a search finds the others. */
const SHOWN_MAX = 100;

/** The page. */
export function MembersPage(props: { server: ServerId }): JSX.Element {
  const app = useApp();
  const words = () => say().settings.members;
  const [query, setQuery] = createSignal("");
  const [roles, { refetch }] = createResource(async () => (await app.client.call("server.role.list", { server_id: props.server, limit: 200 })).items);
  createEffect(on(app.actsChanged, () => void refetch(), { defer: true }));
  if (!app.members.loaded(props.server)) app.members.load(props.server).catch(app.toasts.fail);
  createEffect(() => {
    const text = query().trim();
    if (text.length >= 2 && !app.members.complete(props.server)) app.members.search(props.server, text).catch(app.toasts.fail);
  });
  const found = createMemo(() => {
    const text = query().trim().toLocaleLowerCase();
    return app.members
      .of(props.server)
      .filter((member) => member.display_name.toLocaleLowerCase().includes(text))
      .slice(0, SHOWN_MAX);
  });
  return (
    <div class="prefs-form">
      <TextField label={words().search} value={query()} onInput={setQuery} testid="members-search" />
      <ul class="settings-list">
        <For each={found()}>{(member) => <Row server={props.server} member={member} roles={roles.latest ?? []} />}</For>
      </ul>
    </div>
  );
}

function Row(props: { server: ServerId; member: Member; roles: Role[] }): JSX.Element {
  const app = useApp();
  const words = () => say().settings.members;
  const server = () => app.servers.get(props.server);
  const me = () => props.member.account_id === app.identity.me()?.account_id;
  const above = () => !me() && (server()?.level ?? 0) > props.member.level;
  const owner = () => server()?.owners.includes(app.identity.me()?.account_id ?? "acc_") ?? false;
  const grantable = () =>
    app.servers.may(props.server, "GRANT")
      ? props.roles.filter(
          (role) =>
            role.role_id !== "member" &&
            !props.member.roles.includes(role.role_id) &&
            (role.level < (server()?.level ?? 0) || (owner() && role.role_id === "owner")),
        )
      : [];
  const nameOf = (id: RoleId) => {
    const builtIn = say().roles.one as Record<string, string>;
    return builtIn[id] ?? props.roles.find((role) => role.role_id === id)?.name ?? id;
  };
  const change = async (role: RoleId, give: boolean) => {
    try {
      const params = { server_id: props.server, account_id: props.member.account_id, role_id: role };
      app.members.put(
        props.server,
        await app.client.call(give ? "server.role.assign" : "server.role.unassign", params, { idempotent: true }),
      );
    } catch (thrown) {
      app.toasts.fail(thrown);
    }
  };
  const removable = (id: RoleId) => {
    const level = props.roles.find((role) => role.role_id === id)?.level ?? Infinity;
    return id !== "member" && app.servers.may(props.server, "GRANT") && level < (server()?.level ?? 0);
  };
  return (
    <li class="settings-row settings-row-top" data-testid={`settings-member-${props.member.account_id}`}>
      <Avatar id={props.member.account_id} name={props.member.display_name} size="s" dot={dotOf(statusOf(app, props.member))} />
      <span class="settings-text">
        <strong>
          <Name text={props.member.display_name} />
        </strong>
        <span class="chips">
          <For each={props.member.roles}>
            {(role) => (
              <Show when={removable(role)} fallback={<span class="chip">{nameOf(role)}</span>}>
                <button type="button" class="chip" aria-label={words().take(nameOf(role))} onClick={() => void change(role, false)}>
                  {nameOf(role)}
                  <Icon name="close" size="s" />
                </button>
              </Show>
            )}
          </For>
        </span>
        <Show when={props.member.timeout_until && props.member.timeout_until > Date.now()}>
          <span class="field-error">{words().silent(moment(props.member.timeout_until as number))}</span>
        </Show>
      </span>
      <span class="settings-acts">
        <Show when={grantable().length > 0}>
          <Select
            label={words().give}
            hideLabel
            value={"" as RoleId | ""}
            onChange={(role) => {
              if (role) void change(role as RoleId, true);
            }}
            options={[
              { value: "" as RoleId | "", label: words().give },
              ...grantable().map((role) => ({ value: role.role_id as RoleId | "", label: nameOf(role.role_id) })),
            ]}
            testid={`give-role-${props.member.account_id}`}
          />
        </Show>
        <Show when={above() && app.servers.may(props.server, "MUTE")}>
          <Button tone="quiet" icon="timer" onClick={() => app.place.ask({ kind: "timeout", server: props.server, account: props.member.account_id })}>
            {words().timeout}
          </Button>
        </Show>
        <Show when={above() && app.servers.may(props.server, "KICK")}>
          <Button tone="quiet" icon="leave" onClick={() => app.place.ask({ kind: "expel", act: "kick", server: props.server, account: props.member.account_id })}>
            {words().kick}
          </Button>
        </Show>
        <Show when={above() && app.servers.may(props.server, "BAN")}>
          <Button tone="quiet" icon="ban" onClick={() => app.place.ask({ kind: "expel", act: "ban", server: props.server, account: props.member.account_id })}>
            {words().ban}
          </Button>
        </Show>
      </span>
    </li>
  );
}
