// How long to wait before the next attempt.

/** Milliseconds before the first repetition. */
const FIRST_MS = 250;
/** The longest wait: a node that comes back is found within this time. */
const LONGEST_MS = 8_000;

/** The wait before attempt `attempt` (from 0), spread by up to a quarter so that tabs do not come all at once. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(LONGEST_MS, FIRST_MS * 1.8 ** attempt);
  return Math.round(base * (0.75 + random() * 0.25));
}
