// Preferences of this person for the interface; applied to the document as attributes that the style sheets read.

import { createStore } from "solid-js/store";

import type { Keep } from "./keep";

/** All preferences. */
export interface Prefs {
  theme: "system" | "light" | "dark" | "contrast";
  density: "cosy" | "compact";
  /** Pixels of body text. */
  fontSize: number;
  motion: "system" | "reduced";
  language: "en" | "x-rtl";
  /** Whether the member column is open. */
  members: boolean;
  /** Emoji used last, newest first. */
  recentEmoji: string[];
  /** Skin tone of emoji, 0 (none) to 5. */
  skinTone: number;
  /** Categories folded in the channel column. */
  folded: string[];
}

/** Bounds of the font size in pixels. */
export const FONT_SIZE = { min: 12, max: 24, usual: 16 } as const;
/** Emoji remembered. */
export const RECENT_EMOJI_MAX = 36;

const USUAL: Prefs = {
  theme: "system",
  density: "cosy",
  fontSize: FONT_SIZE.usual,
  motion: "system",
  language: "en",
  members: true,
  recentEmoji: [],
  skinTone: 0,
  folded: [],
};

const KEY = "prefs";
/** Where a reload finds them before the node has answered, so that nothing flashes. */
const NEAR = "folkmoot.prefs";

/** The store. */
export interface PrefsStore {
  readonly now: Prefs;
  set<K extends keyof Prefs>(key: K, value: Prefs[K]): void;
  load(): Promise<void>;
}

/** Makes the store; until `load` it holds what this tab had before, else the usual. */
export function createPrefs(keep: Keep): PrefsStore {
  const [now, setNow] = createStore<Prefs>({ ...USUAL, ...near() });
  return {
    now,
    set(key, value) {
      setNow(key as keyof Prefs, value as never);
      sessionStorage.setItem(NEAR, JSON.stringify(now));
      keep.save(KEY, { ...now });
    },
    async load() {
      const kept = await keep.load<Partial<Prefs>>(KEY);
      if (!kept || typeof kept !== "object") return;
      setNow({ ...USUAL, ...sane(kept) });
      sessionStorage.setItem(NEAR, JSON.stringify(now));
    },
  };
}

function near(): Partial<Prefs> {
  try {
    return sane(JSON.parse(sessionStorage.getItem(NEAR) ?? "{}"));
  } catch {
    return {};
  }
}

/** Only what has the type of its usual value: an older or newer program may have kept something else. */
function sane(kept: Partial<Prefs>): Partial<Prefs> {
  return Object.fromEntries(
    Object.entries(kept).filter(([key, value]) => {
      const usual = USUAL[key as keyof Prefs];
      return typeof value === typeof usual && Array.isArray(value) === Array.isArray(usual);
    }),
  );
}
