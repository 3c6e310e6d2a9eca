// Public servers that others announce: searched, looked at, joined.

import { createResource, createSignal, For, type JSX, onCleanup, Show } from "solid-js";

import { say } from "../../catalogue";
import { ServerIcon } from "../../components/avatar";
import { Button, IconButton } from "../../components/button";
import { Name } from "../../components/name";
import { Empty, Skeleton, Trouble } from "../../components/states";
import type { Listing } from "../../contract";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { PublicLine } from "./public-line";

/** Milliseconds of quiet before a search begins. */
const QUIET_MS = 350;
/** Servers shown. */
const FOUND_MAX = 60;

/** The directory. */
export function Directory(props: { menu: JSX.Element }): JSX.Element {
  const app = useApp();
  const words = () => say().directory;
  const [text, setText] = createSignal("");
  const [tag, setTag] = createSignal<string | null>(null);
  const [query, setQuery] = createSignal<{ query: string; tag: string | null }>({ query: "", tag: null });
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));

  const [found, { refetch }] = createResource(query, async ({ query: words, tag: chosen }) => {
    const { items } = await app.client.call(
      "server.discover",
      { ...(words ? { query: words } : {}), ...(chosen ? { tag: chosen } : {}), limit: FOUND_MAX },
      { answerMs: 60_000 },
    );
    return items;
  });

  const search = (value: string) => {
    setText(value);
    clearTimeout(timer);
    timer = setTimeout(() => setQuery({ query: value.trim(), tag: tag() }), QUIET_MS);
  };
  const choose = (next: string | null) => {
    setTag(next);
    setQuery({ query: text().trim(), tag: next });
  };

  return (
    <main class="talk directory" data-landmark="messages" aria-label={words().title}>
      <header class="head">
        {props.menu}
        <Icon name="compass" />
        <h1 class="head-title">{words().title}</h1>
        <span class="head-space" />
        <IconButton icon="sync" label={words().again} testid="directory-again" onClick={() => void refetch()} />
      </header>
      <div class="directory-scroll">
        <section class="directory-hero">
          <h2>{words().heading}</h2>
          <p>{words().lead}</p>
          <div class="search">
            <Icon name="search" />
            <input
              type="search"
              class="input"
              value={text()}
              placeholder={words().search}
              aria-label={words().search}
              data-testid="directory-search"
              onInput={(event) => search(event.currentTarget.value)}
            />
          </div>
          <Show when={tag()}>
            {(chosen) => (
              <button type="button" class="chip chip-chosen" onClick={() => choose(null)} aria-label={words().noTag(chosen())}>
                {chosen()}
                <Icon name="close" size="s" />
              </button>
            )}
          </Show>
          <PublicLine long />
        </section>
        <Show when={!found.loading} fallback={<Skeleton kind="person" rows={6} />}>
          <Show when={!found.error} fallback={<Trouble failure={found.error} onRetry={() => void refetch()} />}>
            <Show
              when={(found()?.length ?? 0) > 0}
              fallback={
                <Empty icon="compass" title={query().query ? words().noMatch : words().none} text={words().noneText}>
                  <Button icon="sync" onClick={() => void refetch()}>
                    {words().again}
                  </Button>
                </Empty>
              }
            >
              <ul class="directory-grid" data-testid="directory-results">
                <For each={found()}>{(listing) => <Card listing={listing} onTag={choose} />}</For>
              </ul>
            </Show>
          </Show>
        </Show>
      </div>
    </main>
  );
}

function Card(props: { listing: Listing; onTag: (tag: string) => void }): JSX.Element {
  const app = useApp();
  const words = () => say().directory;
  const [busy, setBusy] = createSignal(false);
  const joined = () => app.servers.get(props.listing.server_id) !== undefined;
  const join = async () => {
    setBusy(true);
    try {
      const server = await app.client.call("server.join", { server_id: props.listing.server_id }, { answerMs: 120_000 });
      app.servers.put(server);
      await app.enterServer(server.id);
    } catch (thrown) {
      app.toasts.fail(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <li class="card" data-testid={`listing-${props.listing.server_id}`}>
      <div class="card-top">
        <ServerIcon id={props.listing.server_id} name={props.listing.name} />
        <h3 class="card-name">
          <Name text={props.listing.name} />
        </h3>
      </div>
      <p class="card-text" dir="auto">
        <Name text={props.listing.description || words().noDescription} />
      </p>
      <div class="card-tags">
        <For each={props.listing.tags}>
          {(tag) => (
            <button type="button" class="chip" onClick={() => props.onTag(tag)}>
              <Name text={tag} />
            </button>
          )}
        </For>
      </div>
      <div class="card-foot">
        <span class="card-public">
          <Icon name="globe" size="s" />
          {say().publicServer.word}
        </span>
        <Show
          when={joined()}
          fallback={
            <Button tone="primary" busy={busy()} testid={`join-${props.listing.server_id}`} onClick={() => void join()}>
              {words().join}
            </Button>
          }
        >
          <Button testid={`open-${props.listing.server_id}`} onClick={() => void app.enterServer(props.listing.server_id)}>
            {words().open}
          </Button>
        </Show>
      </div>
    </li>
  );
}
