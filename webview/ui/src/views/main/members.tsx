// Who is in the server: by role, online first.

import { createEffect, createMemo, For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { openMenuAt } from "../../components/menu";
import { Name } from "../../components/name";
import { oneStop, rove } from "../../components/roving";
import { Skeleton } from "../../components/states";
import { createVirtual } from "../../components/virtual";
import type { AccountId, Member, ServerId } from "../../contract";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { revealed } from "../../text/hidden";
import { memberMenu } from "./member-menu";
import { type MemberGroup, memberGroups } from "./member-groups";
import { dotOf, statusOf, statusText, statusWord } from "./status";

/** The column. */
export function MemberColumn(props: { server: ServerId }): JSX.Element {
  const app = useApp();
  let scroller!: HTMLDivElement;

  createEffect(() => {
    if (!app.members.loaded(props.server)) app.members.load(props.server).catch(app.toasts.fail);
  });

  const groups = createMemo(() => memberGroups(app.members.of(props.server)));
  const keys = createMemo(() =>
    groups().flatMap((group) => [`group:${group.key}`, ...group.members.map((member) => member.account_id)]),
  );
  const list = createVirtual({
    scroller: () => scroller,
    keys,
    estimate: (index) => (keys()[index]?.startsWith("group:") ? 40 : 44),
    overscan: 12,
  });

  return (
    <aside class="members" aria-label={say().main.landmark.members} data-landmark="members">
      <div
        class="members-scroll"
        ref={(element) => {
          scroller = element;
          oneStop(element);
        }}
        onKeyDown={(event) => rove(event)}
      >
        <Show when={app.members.loaded(props.server)} fallback={<Skeleton kind="person" rows={6} />}>
          <div class="virtual" style={{ height: `${list.total()}px` }}>
            <For each={list.shown()}>
              {(key) => (
                <div
                  class="virtual-row"
                  data-index={list.row(key)?.index}
                  ref={(element) => list.measure(element)}
                  style={{ transform: `translateY(${list.row(key)?.start ?? 0}px)` }}
                >
                  {key.startsWith("group:") ? (
                    <Heading group={groups().find((group) => `group:${group.key}` === key)} />
                  ) : (
                    <Show when={app.members.get(props.server, key as AccountId)}>
                      {(member) => <Person member={member()} server={props.server} />}
                    </Show>
                  )}
                </div>
              )}
            </For>
          </div>
        </Show>
      </div>
    </aside>
  );
}

function Heading(props: { group: MemberGroup | undefined }): JSX.Element {
  return (
    <h2 class="member-group">
      {props.group?.title} <span class="member-count">{props.group?.members.length}</span>
    </h2>
  );
}

function Person(props: { member: Member; server: ServerId }): JSX.Element {
  const app = useApp();
  const owner = () => app.servers.get(props.server)?.owners.includes(props.member.account_id) ?? false;
  const status = () => statusOf(app, props.member);
  return (
    <button
      type="button"
      class="member"
      classList={{ "member-away": dotOf(status()) === "offline" }}
      data-stop
      data-testid={`member-${props.member.account_id}`}
      aria-label={say().main.memberLabel(revealed(props.member.display_name), statusWord(status()), owner())}
      onClick={() => app.place.show({ kind: "profile", server: props.server, account: props.member.account_id })}
      onContextMenu={(event) => openMenuAt(event, props.member.display_name, memberMenu(app, props.server, props.member))}
    >
      <Avatar
        id={props.member.account_id}
        name={props.member.display_name}
        size="s"
        dot={dotOf(status())}
      />
      <span class="member-text">
        <Name text={props.member.display_name} class="member-name" />
        <Show when={statusText(app, props.member)}>{(text) => <Name text={text()} class="member-status" />}</Show>
      </span>
      <Show when={owner()}>
        <span class="member-mark" data-tip={say().main.owner}>
          <Icon name="crown" size="s" />
        </span>
      </Show>
      <Show when={props.member.bot}>
        <span class="tag">{say().main.bot}</span>
      </Show>
    </button>
  );
}
