// The grid of emoji: searched, walked with the arrows, used ones first.

import { createEffect, createMemo, createSignal, For, type JSX, onMount, Show } from "solid-js";

import { say } from "../catalogue";
import { createVirtual } from "../components/virtual";
import { useApp } from "../stores/app";
import { type EmojiEntry, emojiTable, inTone, loadEmoji, searchEmoji } from "./emoji";

/** Emoji in a row. */
const COLUMNS = 9;
/** Matches shown of a search. */
const FOUND_MAX = 90;
const ROW_PX = 40;
const HEAD_PX = 32;

/** Signs of the groups, in the standard's order. */
const SIGNS = ["😀", "👋", "🐻", "🍔", "✈️", "⚽", "💡", "🔣", "🏁"];

type Line = { head: string } | { row: EmojiEntry[] };

/** The picker. */
export function EmojiPicker(props: { onPick: (emoji: string) => void }): JSX.Element {
  const app = useApp();
  const [query, setQuery] = createSignal("");
  const [at, setAt] = createSignal<[number, number] | null>(null);
  let scroller!: HTMLDivElement;
  let search!: HTMLInputElement;
  const words = () => say().emoji;

  onMount(() => {
    void loadEmoji();
    search.focus();
  });

  const lines = createMemo<Line[]>(() => {
    const table = emojiTable();
    if (!table) return [];
    if (query().trim()) return rowsOf(searchEmoji(table, query().trim(), FOUND_MAX));
    const known = new Map(table.flat().map((entry) => [entry.unicode, entry]));
    const recent = app.prefs.now.recentEmoji.map(
      (unicode) => known.get(unicode) ?? { unicode, label: unicode, codes: [], tags: [] },
    );
    const made: Line[] = recent.length > 0 ? [{ head: words().recent }, ...rowsOf(recent)] : [];
    table.forEach((group, index) => made.push({ head: words().groups[index] ?? "" }, ...rowsOf(group)));
    return made;
  });
  const keys = createMemo(() => lines().map((line, index) => ("head" in line ? `head ${line.head}` : `row ${index} ${line.row[0]?.unicode}`)));
  const list = createVirtual({
    scroller: () => scroller,
    keys,
    estimate: (index) => ("head" in (lines()[index] ?? { head: "" }) ? HEAD_PX : ROW_PX),
    overscan: 4,
  });

  createEffect(() => {
    query();
    setAt(null);
    scroller.scrollTop = 0;
  });

  const entryAt = (place: [number, number] | null): EmojiEntry | undefined => {
    if (!place) return undefined;
    const line = lines()[place[0]];
    return line && "row" in line ? line.row[place[1]] : undefined;
  };
  const chosen = () => entryAt(at()) ?? firstEntry(lines());
  const pick = (entry: EmojiEntry | undefined) => {
    if (entry) props.onPick(inTone(entry, app.prefs.now.skinTone));
  };

  const move = (rows: number, columns: number) => {
    const all = lines();
    const here = at() ?? [all.findIndex((line) => "row" in line), -1];
    let [line, column] = here;
    if (columns !== 0) {
      column += columns;
      const row = all[line];
      const length = row && "row" in row ? row.row.length : 0;
      if (column < 0) [line, column] = [nextRow(all, line, -1) ?? line, COLUMNS - 1];
      else if (column >= length) [line, column] = [nextRow(all, line, 1) ?? line, 0];
    } else {
      line = nextRow(all, line, rows) ?? line;
    }
    const row = all[line];
    const last = row && "row" in row ? row.row.length - 1 : 0;
    setAt([line, Math.max(0, Math.min(column, last))]);
    const key = keys()[line];
    if (key) list.scrollToKey(key, "auto");
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, [number, number]> = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      ArrowRight: [0, 1],
      ArrowLeft: [0, -1],
    };
    const step = steps[event.key];
    const inText = (event.key === "ArrowLeft" || event.key === "ArrowRight") && query() !== "" && at() === null;
    if (step && !inText) {
      move(...step);
      event.preventDefault();
    } else if (event.key === "Enter") {
      pick(chosen());
      event.preventDefault();
    }
  };

  return (
    <div class="emoji-picker">
      <div class="emoji-head">
        <input
          ref={search}
          class="input"
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="emoji-grid"
          aria-activedescendant={at() ? `emoji-${at()?.join("-")}` : undefined}
          aria-label={words().search}
          placeholder={words().search}
          value={query()}
          data-testid="emoji-search"
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button
          type="button"
          class="icon-button emoji-tone"
          aria-label={words().tone}
          data-tip={words().tone}
          onClick={() => app.prefs.set("skinTone", (app.prefs.now.skinTone + 1) % 6)}
        >
          <span class="emoji">{["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"][app.prefs.now.skinTone]}</span>
        </button>
      </div>
      <div class="emoji-body">
        <div class="emoji-groups">
          <For each={words().groups}>
            {(name, index) => (
              <button
                type="button"
                class="icon-button"
                tabindex={-1}
                aria-label={name}
                data-tip={name}
                onClick={() => {
                  setQuery("");
                  list.scrollToKey(`head ${name}`, "start");
                }}
              >
                <span class="emoji">{SIGNS[index()]}</span>
              </button>
            )}
          </For>
        </div>
        <div ref={scroller} class="emoji-scroll" id="emoji-grid" role="grid" aria-label={words().title}>
          <Show when={emojiTable()} fallback={<p class="emoji-none">{say().common.loading}</p>}>
            <Show when={lines().length === 0}>
              <p class="emoji-none">{words().none}</p>
            </Show>
          </Show>
          <div class="virtual" role="presentation" style={{ height: `${list.total()}px` }}>
            <For each={list.shown()}>
              {(key) => {
                const index = () => keys().indexOf(key);
                const line = () => lines()[index()];
                return (
                  <div
                    class="virtual-row"
                    role="row"
                    data-index={list.row(key)?.index}
                    ref={(element) => list.measure(element)}
                    style={{ transform: `translateY(${list.row(key)?.start ?? 0}px)` }}
                  >
                    <Show when={headOf(line())}>
                      {(head) => (
                        <h3 class="emoji-group" role="gridcell">
                          {head()}
                        </h3>
                      )}
                    </Show>
                    <Show when={rowOf(line())}>
                      {(row) => (
                        <div class="emoji-row" role="presentation">
                          <For each={row()}>
                            {(entry, column) => (
                              <button
                                type="button"
                                id={`emoji-${index()}-${column()}`}
                                role="gridcell"
                                class="emoji-cell"
                                classList={{ chosen: at()?.[0] === index() && at()?.[1] === column() }}
                                tabindex={-1}
                                aria-label={entry.label}
                                title={entry.codes[0] ? `:${entry.codes[0]}:` : entry.label}
                                onPointerEnter={() => setAt([index(), column()])}
                                onClick={() => pick(entry)}
                              >
                                <span class="emoji">{inTone(entry, app.prefs.now.skinTone)}</span>
                              </button>
                            )}
                          </For>
                        </div>
                      )}
                    </Show>
                  </div>
                );
              }}
            </For>
          </div>
        </div>
      </div>
      <p class="emoji-foot" aria-hidden="true">
        <Show when={chosen()} fallback={<>&nbsp;</>}>
          {(entry) => (
            <>
              <span class="emoji">{inTone(entry(), app.prefs.now.skinTone)}</span>
              {entry().codes[0] ? `:${entry().codes[0]}:` : entry().label}
            </>
          )}
        </Show>
      </p>
    </div>
  );
}

function rowsOf(entries: EmojiEntry[]): Line[] {
  const rows: Line[] = [];
  for (let from = 0; from < entries.length; from += COLUMNS) rows.push({ row: entries.slice(from, from + COLUMNS) });
  return rows;
}

function nextRow(all: Line[], from: number, by: number): number | null {
  for (let line = from + by; line >= 0 && line < all.length; line += by) {
    const candidate = all[line];
    if (candidate && "row" in candidate) return line;
  }
  return null;
}

function firstEntry(all: Line[]): EmojiEntry | undefined {
  const first = all.find((line): line is { row: EmojiEntry[] } => "row" in line);
  return first?.row[0];
}

function headOf(line: Line | undefined): string | undefined {
  return line && "head" in line ? line.head : undefined;
}

function rowOf(line: Line | undefined): EmojiEntry[] | undefined {
  return line && "row" in line ? line.row : undefined;
}
