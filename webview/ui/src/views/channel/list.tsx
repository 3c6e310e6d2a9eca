// The list of messages: only what is seen exists, it clings to its end, and what is put above moves nothing.

import { createEffect, createMemo, createSelector, createSignal, For, type JSX, Match, on, onCleanup, onMount, Show, Switch, untrack } from "solid-js";

import { say } from "../../catalogue";
import { Skeleton, Trouble } from "../../components/states";
import { createVirtual, type VirtualList } from "../../components/virtual";
import type { MessageId } from "../../contract";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { plainText } from "../../text/plain";
import { type Entry, entriesOf, expectedHeight } from "./entries";
import { GapRow, DayRow, IntroRow, NewRow } from "./marks";
import { PendingRow } from "./pending";
import { MessageRow } from "./row";
import { onRowKey } from "./row-keys";
import { useTalk } from "./talk";
import { onBodyClick, onBodyKey } from "./body-events";
import { NewBar } from "./new-bar";

/** Rows from an edge of the window at which more is read. */
const READ_AHEAD = 12;
/** Milliseconds a message stays lit after a jump. */
const LIT_MS = 2_000;

/** The list of the conversation around it. */
export function MessageList(props: { label: string; testid: string; landmark?: boolean }): JSX.Element {
  const app = useApp();
  const talk = useTalk();
  const { timeline } = talk;
  let scroller!: HTMLDivElement;
  const [active, setActive] = createSignal<string | null>(null);
  const [lit, setLit] = createSignal<MessageId | null>(null);
  const [announced, setAnnounced] = createSignal("");
  const isLit = createSelector(lit);

  const pending = () =>
    timeline.atEnd()
      ? app.outbox.pending().filter((one) => one.channel === talk.channel && one.thread === talk.thread)
      : [];
  const entries = createMemo(() => {
    // Nothing is laid out before the first page is here.
    if (timeline.phase() !== "ready") return new Map<string, Entry>();
    return entriesOf({
      rows: timeline.rows(),
      // Author, time and what it answers never change; the rest is the row's business.
      message: (id) => untrack(() => app.messages.get(id)),
      pending: pending(),
      newAfter: talk.newAfter(),
      me: app.identity.me()?.account_id,
      atStart: timeline.atStart(),
      inThread: talk.thread !== null,
    });
  });
  const keys = createMemo(() => [...entries().keys()]);
  /** The one row that Tab leads to. */
  const stop = () => {
    const chosen = active();
    if (chosen !== null && entries().has(chosen)) return chosen;
    return keys().findLast((key) => key.startsWith("msg_")) ?? null;
  };
  const pinned = () => {
    const chosen = active();
    return chosen === null ? null : keys().indexOf(chosen);
  };

  const onMove = (moved: VirtualList) => {
    if (timeline.phase() !== "ready" || !placed()) return;
    const range = moved.core.range;
    if (!range) return;
    talk.setAtBottom(moved.isAtEnd());
    if (range.startIndex < READ_AHEAD && !timeline.atStart()) void timeline.loadOlder();
    else if (range.endIndex > keys().length - READ_AHEAD && !timeline.atEnd()) void timeline.loadNewer();
    setAboveNew(lineIsAbove(range.startIndex));
  };
  const lineIsAbove = (first: number) => {
    const line = keys().indexOf("new");
    return talk.newAfter() !== null && (line < 0 ? !timeline.atStart() : line < first);
  };
  const [aboveNew, setAboveNew] = createSignal(false);
  const [placed, setPlaced] = createSignal(false);

  const list = createVirtual({
    scroller: () => scroller,
    keys,
    estimate: (index) => {
      const key = keys()[index] ?? "";
      return untrack(() => expectedHeight(entries().get(key), app.messages.get(key as MessageId)));
    },
    fromEnd: true,
    overscan: 6,
    pinned,
    padding: { start: 8, end: 20 },
    onMove,
  });

  const toBottom = () => list.scrollToEnd();
  talk.onToBottom(toBottom);

  // The first page: at the end, unless a message is to be shown.
  createEffect(
    on(timeline.phase, (phase) => {
      if (phase !== "ready") return;
      queueMicrotask(() => {
        if (!talk.target()) toBottom();
        setPlaced(true);
        onMove(list);
      });
    }),
  );
  createEffect(
    on(talk.target, (target) => {
      if (!target) return;
      talk.targetReached();
      queueMicrotask(() => {
        if (!list.scrollToKey(target.message, "center")) return;
        setLit(target.message);
        setTimeout(() => setLit((now) => (now === target.message ? null : now)), LIT_MS);
      });
    }),
  );
  // What one sends oneself is seen, wherever one was reading.
  createEffect(
    on(
      () => pending().length,
      (count, before = 0) => {
        if (count > before) queueMicrotask(toBottom);
      },
    ),
  );
  // The composer grew or the window shrank: who was at the end stays there.
  onMount(() => {
    let height = scroller.clientHeight;
    const observer = new ResizeObserver(() => {
      const changed = scroller.clientHeight !== height;
      height = scroller.clientHeight;
      if (changed && untrack(talk.atBottom)) toBottom();
    });
    observer.observe(scroller);
    onCleanup(() => observer.disconnect());
  });
  // New messages are read out while one is at the end; scrolling back is silent.
  createEffect(
    on(
      () => timeline.newest(),
      (newest, before) => {
        if (!before || !newest || !talk.atBottom() || timeline.busy()) return;
        const message = app.messages.get(newest);
        if (!message || (message.thread_id && !talk.thread) || message.author.account_id === app.identity.me()?.account_id) return;
        if (app.contacts.blocked(message.author.account_id)) return;
        setAnnounced(say().message.announce(message.author.display_name, plainText(app, message)));
      },
    ),
  );

  const focusRow = (key: string) => {
    setActive(key);
    list.scrollToKey(key, "auto");
    // The row may have to be made first.
    requestAnimationFrame(() => {
      scroller.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"] article`)?.focus({ preventScroll: true });
    });
  };
  const step = (by: number) => {
    const rows = keys().filter((key) => key.startsWith("msg_"));
    const at = rows.indexOf(stop() ?? "");
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    if (next) focusRow(next);
  };

  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement; target: Element }) => {
    if (onBodyKey(app, event)) return;
    if (!(event.target instanceof HTMLElement) || event.target.tagName !== "ARTICLE") return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    switch (event.key) {
      case "ArrowUp":
        step(-1);
        break;
      case "ArrowDown":
        if (stop() === keys().findLast((key) => key.startsWith("msg_"))) talk.focusComposer();
        else step(1);
        break;
      case "PageUp":
        step(-8);
        break;
      case "PageDown":
        step(8);
        break;
      case "Home":
        step(-Infinity);
        break;
      case "End":
        step(Infinity);
        break;
      default: {
        const message = app.messages.get(active() as MessageId);
        if (!message || !onRowKey(app, talk, message, event)) return;
      }
    }
    event.preventDefault();
  };

  return (
    <div class="list-frame">
      <NewBar shown={aboveNew()} />
      <div
        ref={scroller}
        class="list"
        role="log"
        aria-live="off"
        aria-label={props.label}
        aria-busy={timeline.phase() === "loading"}
        data-testid={props.testid}
        data-landmark={props.landmark ? "messages" : undefined}
        tabindex={stop() === null ? 0 : -1}
        onKeyDown={onKeyDown}
        onClick={(event) => onBodyClick(app, event)}
        onAuxClick={(event) => onBodyClick(app, event)}
      >
        <Switch>
          <Match when={timeline.phase() === "loading"}>
            <Skeleton kind="message" rows={7} />
          </Match>
          <Match when={timeline.phase() === "failed"}>
            <Trouble failure={timeline.failure()} onRetry={() => void timeline.showLatest()} />
          </Match>
        </Switch>
        <div class="virtual" style={{ height: `${list.total()}px` }}>
          <For each={list.shown()}>
            {(key) => (
              <div
                class="virtual-row"
                data-index={list.row(key)?.index}
                data-key={key}
                ref={(element) => list.measure(element)}
                style={{ transform: `translateY(${list.row(key)?.start ?? 0}px)` }}
                onFocusIn={() => {
                  if (key.startsWith("msg_")) setActive(key);
                }}
              >
                <EntryView
                  entry={entries().get(key)}
                  stop={stop() === key}
                  lit={isLit(key as MessageId)}
                />
              </div>
            )}
          </For>
        </div>
      </div>
      <Show when={!talk.atBottom() || !timeline.atEnd()}>
        <button type="button" class="to-bottom" data-testid="to-bottom" onClick={() => void talk.toBottom()}>
          <Icon name="arrowDown" size="s" />
          {timeline.below() > 0 ? say().message.below(timeline.below()) : say().message.toBottom}
        </button>
      </Show>
      <div class="unseen" aria-live="polite" role="status">
        {announced()}
      </div>
    </div>
  );
}

function EntryView(props: { entry: Entry | undefined; stop: boolean; lit: boolean }): JSX.Element {
  const of = <K extends Entry["kind"]>(kind: K) => {
    const { entry } = props;
    return entry?.kind === kind ? (entry as Extract<Entry, { kind: K }>) : false;
  };
  return (
    <Switch>
      <Match when={of("message")}>
        {(entry) => <MessageRow id={entry().id} head={entry().head} stop={props.stop} lit={props.lit} />}
      </Match>
      <Match when={of("pending")}>{(entry) => <PendingRow nonce={entry().nonce} head={entry().head} />}</Match>
      <Match when={of("day")}>{(entry) => <DayRow at={entry().at} />}</Match>
      <Match when={of("gap")}>{(entry) => <GapRow gap={entry().gap} />}</Match>
      <Match when={of("new")}>
        <NewRow />
      </Match>
      <Match when={of("intro")}>
        <IntroRow />
      </Match>
      <Match when={of("older")}>
        <div class="older" role="status">
          <span class="spinner" aria-hidden="true" />
          {say().message.older}
        </div>
      </Match>
    </Switch>
  );
}
