// Emoji by group, name and word. The table is a part of its own, fetched when somebody first wants one.

import { createSignal } from "solid-js";

/** One emoji. */
export interface EmojiEntry {
  unicode: string;
  label: string;
  codes: string[];
  tags: string[];
  /** In five skin tones, where it has them. */
  skins?: string[];
}

/** All emoji, in the groups of the standard. */
export type EmojiTable = EmojiEntry[][];

type Stored = [string, string, string[], string[], string[]?];

let loading: Promise<EmojiTable> | null = null;
const [table, setTable] = createSignal<EmojiTable | null>(null);

/** The table once it is here. */
export const emojiTable = table;

/** Fetches the table. */
export function loadEmoji(): Promise<EmojiTable> {
  loading ??= import("./data.json").then(({ default: groups }) => {
    const made = (groups as unknown as Stored[][]).map((group) =>
      group.map(([unicode, label, codes, tags, skins]) => ({ unicode, label, codes, tags, ...(skins ? { skins } : {}) })),
    );
    setTable(made);
    return made;
  });
  return loading;
}

/** The best matches for what somebody types, by shortcode first, then by name and word. */
export function searchEmoji(groups: EmojiTable, query: string, limit: number): EmojiEntry[] {
  const wanted = query.toLowerCase().replaceAll(/[\s-]+/g, "_");
  const ranked: Array<[number, EmojiEntry]> = [];
  for (const entry of groups.flat()) {
    const rank = rankOf(entry, wanted);
    if (rank < Infinity) ranked.push([rank, entry]);
  }
  return ranked
    .sort(([a], [b]) => a - b)
    .slice(0, limit)
    .map(([, entry]) => entry);
}

function rankOf(entry: EmojiEntry, wanted: string): number {
  let best = Infinity;
  for (const code of entry.codes) {
    if (code === wanted) return 0;
    if (code.startsWith(wanted)) best = Math.min(best, 1 + code.length / 100);
    else if (code.includes(wanted)) best = Math.min(best, 3 + code.length / 100);
  }
  const label = entry.label.replaceAll(" ", "_");
  if (label.startsWith(wanted)) best = Math.min(best, 2);
  else if (label.includes(wanted)) best = Math.min(best, 4);
  for (const tag of entry.tags) {
    if (tag === wanted) best = Math.min(best, 2.5);
    else if (wanted.length > 3 && tag.startsWith(wanted)) best = Math.min(best, 3.5);
  }
  return best;
}

/** A text with its `:shortcodes:` as emoji; those nobody knows stay. Text in code stays as it is. */
export function withEmoji(text: string, groups: EmojiTable | null): string {
  if (!groups || !text.includes(":")) return text;
  return text
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/:([\w+-]{1,32}):/g, (word, code: string) => byCode(groups, code) ?? word)))
    .join("");
}

function byCode(groups: EmojiTable, code: string): string | undefined {
  const wanted = code.toLowerCase();
  return groups.flat().find((entry) => entry.codes.includes(wanted))?.unicode;
}

/** An emoji in a skin tone, 0 (none) to 5. */
export function inTone(entry: EmojiEntry, tone: number): string {
  return tone > 0 ? (entry.skins?.[tone - 1] ?? entry.unicode) : entry.unicode;
}
