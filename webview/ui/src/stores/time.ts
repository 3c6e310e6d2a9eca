// Times as people read them, in the language and zone of the system.

import { createSignal } from "solid-js";

import { say } from "../catalogue";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayName = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const fullDay = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "2-digit", month: "2-digit", year: "numeric" });
const everything = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

/** Wakes whoever shows a day when the day changes, and whoever shows how long ago something was. */
const [minute, setMinute] = createSignal(Date.now());
setInterval(() => setMinute(Date.now()), 60_000);

/** The time of the last full minute; changes by itself. */
export const nowish = minute;

/** `14:02`. */
export function timeOfDay(at: number): string {
  return clock.format(at);
}

/** `02:47` even where the day has two halves: there is little room beside a message. */
export function timeBeside(at: number): string {
  return clock
    .formatToParts(at)
    .filter((part) => part.type !== "dayPeriod")
    .map((part) => part.value)
    .join("")
    .trim();
}

/** `Friday, 24 November`, or today, or yesterday. */
export function day(at: number): string {
  const today = new Date(minute());
  const days = Math.round((startOfDay(today) - startOfDay(new Date(at))) / 86_400_000);
  if (days === 0) return say().time.today;
  if (days === 1) return say().time.yesterday;
  return new Date(at).getFullYear() === today.getFullYear() ? dayName.format(at) : fullDay.format(at);
}

/** Time with as much of the day as is needed: `14:02`, `Yesterday 14:02`, `24/11/2026 14:02`. */
export function moment(at: number): string {
  const days = Math.round((startOfDay(new Date(minute())) - startOfDay(new Date(at))) / 86_400_000);
  if (days === 0) return clock.format(at);
  if (days === 1) return `${say().time.yesterday} ${clock.format(at)}`;
  return `${shortDay.format(at)} ${clock.format(at)}`;
}

/** Everything there is to say about a time, for tips. */
export function exactly(at: number): string {
  return everything.format(at);
}

/** How long ago: `3 min`, `2 h`, `5 d`. */
export function ago(at: number): string {
  const seconds = Math.max(0, Math.round((minute() - at) / 1_000));
  if (seconds < 60) return say().time.justNow;
  if (seconds < 3_600) return say().time.minutes(Math.floor(seconds / 60));
  if (seconds < 86_400) return say().time.hours(Math.floor(seconds / 3_600));
  return say().time.days(Math.floor(seconds / 86_400));
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
