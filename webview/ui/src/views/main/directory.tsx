// Public servers that others announce: searched, looked at, joined.

import { createEffect, createResource, createSignal, For, type JSX, on, onCleanup, Show } from "solid-js";

import { say } from "../../catalogue";
import { ServerIcon } from "../../components/avatar";
import { Button, IconButton } from "../../components/button";
import { Name } from "../../components/name";
import { Empty, Skeleton, Trouble } from "../../components/states";
import type { Listing } from "../../contract";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { ago } from "../../stores/time";
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

  // Asked again by hand, peers are asked again too.
  const [found, { refetch }] = createResource(query, async ({ query: words, tag: chosen }, info: { refetching: unknown }) => {
    const discovered = await app.client.call(
      "server.discover",
      {
        ...(words ? { query: words } : {}),
        ...(chosen ? { tag: chosen } : {}),
        limit: FOUND_MAX,
        refresh: info.refetching === "refresh",
      },
      { answerMs: 60_000 },
    );
    return { ...discovered, at: Date.now() - discovered.age_ms };
  });
  const again = () => void refetch("refresh");
  // Joined or left meanwhile.
  createEffect(on(app.servers.order, () => void refetch(), { defer: true }));

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
        <IconButton icon="sync" label={words().again} testid="directory-again" onClick={again} />
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
          <Show when={!found.error} fallback={<Trouble failure={found.error} onRetry={again} />}>
            <p class="directory-asked" role="status" data-testid="directory-asked">
              <Show when={found()}>{(all) => words().asked(all().asked, all().answered, ago(all().at))}</Show>
            </p>
            <Show
              when={(found()?.items.length ?? 0) > 0}
              fallback={
                <Empty icon="compass" title={query().query ? words().noMatch : words().none} text={words().noneText}>
                  <Button icon="sync" onClick={again}>
                    {words().again}
                  </Button>
                </Empty>
              }
            >
              <ul class="directory-grid" data-testid="directory-results">
                <For each={found()?.items}>{(listing) => <Card listing={listing} onTag={choose} />}</For>
              </ul>
              <Show when={found()?.more}>{(more) => <p class="directory-asked">{words().more(more())}</p>}</Show>
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
  const joined = () => props.listing.joined || app.servers.get(props.listing.id) !== undefined;
  const join = async () => {
    setBusy(true);
    try {
      const server = await app.client.call("server.join", { server_id: props.listing.id }, { answerMs: 120_000 });
      app.servers.put(server);
      await app.enterServer(server.id);
    } catch (thrown) {
      app.toasts.fail(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <li class="card" data-testid={`listing-${props.listing.id}`}>
      <div class="card-top">
        <ServerIcon id={props.listing.id} name={props.listing.name} />
        <h3 class="card-name">
          <Name text={props.listing.name} />
        </h3>
      </div>
      <p class="card-text" dir="auto">
        <Name text={props.listing.description || words().noDescription} />
      </p>
      <div class="card-tags">
        <Show when={props.listing.language}>
          {(language) => (
            <span class="chip">
              <Icon name="globe" size="s" />
              <Name text={words().speaks(language())} />
            </span>
          )}
        </Show>
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
          <span class="card-seen">{words().seen(ago(props.listing.seen_at))}</span>
        </span>
        <Show
          when={joined()}
          fallback={
            <Button tone="primary" busy={busy()} testid={`join-${props.listing.id}`} onClick={() => void join()}>
              {words().join}
            </Button>
          }
        >
          <Button testid={`open-${props.listing.id}`} onClick={() => void app.enterServer(props.listing.id)}>
            {words().open}
          </Button>
        </Show>
      </div>
    </li>
  );
}
