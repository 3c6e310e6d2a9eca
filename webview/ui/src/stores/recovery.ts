// Asking the recovery phrase back: whether somebody still has it, without keeping it. Three of the words are kept as a slow
// salted hash; with them the phrase still has more secrecy left than anybody can guess.

import type { Keep } from "./keep";

const KEY = "recovery";
/** Words asked for. */
const ASKED = 3;
/** Rounds of the hash: a tenth of a second for one guess. */
const ROUNDS = 600_000;

/** What is kept of a phrase. */
export interface Check {
  /** Which words, from 0. */
  words: number[];
  salt: string;
  hash: string;
  /** When it was last shown or answered, milliseconds UTC. */
  at: number;
}

/** Keeps what is needed to ask later. Where the page has no cryptography it is not asked for later. */
export async function rememberForCheck(keep: Keep, phrase: string): Promise<void> {
  const all = phrase.split(" ");
  const salt = hex(crypto.getRandomValues(new Uint8Array(16)));
  const words = pickWords(all.length);
  const hash = await hashOf(words.map((index) => all[index] ?? ""), salt);
  if (hash) keep.save(KEY, { words, salt, hash, at: Date.now() } satisfies Check);
}

/** What was kept, if anything. */
export async function loadCheck(keep: Keep): Promise<Check | null> {
  const kept = await keep.load<Partial<Check>>(KEY);
  const sane = kept && Array.isArray(kept.words) && typeof kept.salt === "string" && typeof kept.hash === "string";
  return sane ? { words: kept.words as number[], salt: kept.salt as string, hash: kept.hash as string, at: Number(kept.at) } : null;
}

/** Whether the words are right; if so, notes when. */
export async function answerCheck(keep: Keep, check: Check, words: string[]): Promise<boolean> {
  const hash = await hashOf(
    words.map((word) => word.trim().toLowerCase()),
    check.salt,
  );
  if (hash !== check.hash) return false;
  keep.save(KEY, { ...check, at: Date.now() });
  return true;
}

function pickWords(count: number): number[] {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(ASKED, count)) {
    chosen.add((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % count);
  }
  return [...chosen].sort((a, b) => a - b);
}

async function hashOf(words: string[], salt: string): Promise<string | null> {
  if (!crypto.subtle) return null;
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(words.join(" ")), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt: encoder.encode(salt), iterations: ROUNDS },
    key,
    256,
  );
  return hex(new Uint8Array(bits));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
