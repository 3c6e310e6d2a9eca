// The quick switcher: servers, channels, people and commands by a few letters.

import fuzzysort from "fuzzysort";
import { createEffect, createMemo, createSignal, For, type JSX, on, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar, ServerIcon } from "../../components/avatar";
import { Dialog } from "../../components/dialog";
import { Name } from "../../components/name";
import { Icon, type IconName } from "../../icons/icon";
import { type App, useApp } from "../../stores/app";
import { channelIcon } from "../main/channels";

interface Find {
  key: string;
  kind: "server" | "channel" | "person" | "command";
  label: string;
  /** Where it is, or what it does. */
  aside: string;
  /** What is searched. */
  text: string;
  unread: boolean;
  id?: string;
  icon?: IconName;
  run(): void;
}

/** Finds shown. */
const SHOWN_MAX = 12;

/** The switcher. */
export function SwitcherDialog(props: { onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().switcher;
  const [query, setQuery] = createSignal("");
  const [chosen, setChosen] = createSignal(0);
  let list: HTMLDivElement | undefined;
  const all = createMemo(() => everything(app));

  const found = createMemo<Find[]>(() => {
    const text = query().trim();
    if (text === "") {
      // Where something is new, then where one is.
      const unread = all().filter((one) => one.kind === "channel" && one.unread);
      const here = all().filter((one) => one.kind === "channel" && !one.unread);
      return [...unread, ...here, ...all().filter((one) => one.kind === "command")].slice(0, SHOWN_MAX);
    }
    const sign = text[0] ?? "";
    const kind = { "@": "person", "#": "channel", "*": "server", ">": "command" }[sign];
    const rest = kind ? text.slice(1).trim() : text;
    const pool = kind ? all().filter((one) => one.kind === kind) : all();
    if (rest === "") return pool.slice(0, SHOWN_MAX);
    return fuzzysort.go(rest, pool, { key: "text", limit: SHOWN_MAX }).map((result) => result.obj);
  });
  createEffect(on(query, () => setChosen(0)));

  const run = (find: Find | undefined) => {
    if (!find) return;
    props.onClose();
    // After the dialog has given the focus back.
    queueMicrotask(() => find.run());
  };
  const step = (by: number) => {
    const count = found().length;
    if (count === 0) return;
    setChosen((chosen() + by + count) % count);
    list?.querySelector(`#switcher-${chosen()}`)?.scrollIntoView({ block: "nearest" });
  };

  return (
    <Dialog title={words().title} bare class="switcher" testid="switcher" onClose={props.onClose}>
      <div class="switcher-head">
        <Icon name="search" />
        <input
          class="switcher-input"
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="switcher-list"
          aria-activedescendant={found().length > 0 ? `switcher-${chosen()}` : undefined}
          aria-label={words().title}
          placeholder={words().placeholder}
          autocomplete="off"
          spellcheck={false}
          value={query()}
          data-autofocus=""
          data-testid="switcher-input"
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") step(1);
            else if (event.key === "ArrowUp") step(-1);
            else if (event.key === "Enter") run(found()[chosen()]);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <div ref={list} id="switcher-list" class="switcher-list" role="listbox" aria-label={words().results}>
        <For each={found()} fallback={<p class="switcher-none">{words().none}</p>}>
          {(find, index) => (
            <div
              id={`switcher-${index()}`}
              class="switcher-item"
              classList={{ chosen: chosen() === index(), unread: find.unread }}
              role="option"
              aria-selected={chosen() === index()}
              data-testid={`switch-${find.key}`}
              onPointerMove={() => setChosen(index())}
              onClick={() => run(find)}
            >
              <Sign find={find} />
              <Name text={find.label} class="switcher-label" />
              <Show when={find.aside}>
                <span class="switcher-aside">
                  <Name text={find.aside} />
                </span>
              </Show>
            </div>
          )}
        </For>
      </div>
      <p class="switcher-foot">{words().hint}</p>
    </Dialog>
  );
}

function Sign(props: { find: Find }): JSX.Element {
  const { find } = props;
  if (find.kind === "person") return <Avatar id={find.id ?? ""} name={find.label} size="xs" />;
  if (find.kind === "server") return <ServerIcon id={find.id ?? ""} name={find.label} />;
  return <Icon name={find.icon ?? "hash"} />;
}

function everything(app: App): Find[] {
  const finds: Find[] = [];
  for (const channel of app.channels.inOrder(app.servers.order())) {
    finds.push({
      key: channel.id,
      kind: "channel",
      label: channel.name,
      aside: app.servers.get(channel.server_id)?.name ?? "",
      text: channel.name,
      unread: channel.unread > 0 && !channel.muted,
      icon: channelIcon(channel),
      run: () => app.place.open({ server: channel.server_id, channel: channel.id }),
    });
  }
  for (const server of app.servers.list()) {
    finds.push({
      key: server.id,
      kind: "server",
      label: server.name,
      aside: "",
      text: server.name,
      unread: false,
      id: server.id,
      run: () => void app.enterServer(server.id),
    });
  }
  const here = app.place.server();
  for (const member of here ? app.members.of(here) : []) {
    finds.push({
      key: member.account_id,
      kind: "person",
      label: member.display_name,
      aside: "",
      text: member.display_name,
      unread: false,
      id: member.account_id,
      run: () => app.place.show({ kind: "profile", server: here as `srv_${string}`, account: member.account_id }),
    });
  }
  return [...finds, ...commands(app)];
}

function commands(app: App): Find[] {
  const words = say().switcher.commands;
  const command = (key: string, label: string, icon: IconName, run: () => void): Find => ({
    key,
    kind: "command",
    label,
    aside: "",
    text: label,
    unread: false,
    icon,
    run,
  });
  return [
    command("create", words.create, "plus", () => app.place.ask({ kind: "create-server" })),
    command("join", words.join, "link", () => app.place.ask({ kind: "join-server" })),
    command("directory", words.directory, "compass", () => app.place.openDirectory()),
    command("network", words.network, "network", () => app.place.show({ kind: "network" })),
    command("preferences", words.preferences, "settings", () => app.place.ask({ kind: "preferences" })),
    command("keys", words.keys, "keyboard", () => app.place.ask({ kind: "keys" })),
  ];
}
