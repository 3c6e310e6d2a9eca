// Short news at the edge: what went wrong, what was done.

import { createSignal, type Accessor } from "solid-js";

import { say } from "../catalogue";
import { Failure } from "../rpc/failure";

/** One piece of news. */
export interface Toast {
  id: number;
  tone: "plain" | "bad";
  text: string;
}

/** Shown at once; older ones make room. */
const SHOWN_MAX = 4;
/** Milliseconds each stays. */
const STAYS_MS = 6_000;

/** The store. */
export interface Toasts {
  shown: Accessor<Toast[]>;
  tell(text: string): void;
  /** Says what went wrong, in words. */
  fail(thrown: unknown): void;
  dismiss(id: number): void;
}

/** Makes the store. */
export function createToasts(): Toasts {
  const [shown, setShown] = createSignal<Toast[]>([]);
  let next = 1;
  const dismiss = (id: number) => setShown(shown().filter((toast) => toast.id !== id));
  const add = (tone: Toast["tone"], text: string) => {
    const id = next++;
    setShown([...shown().filter((toast) => toast.text !== text), { id, tone, text }].slice(-SHOWN_MAX));
    setTimeout(() => dismiss(id), STAYS_MS);
  };
  return {
    shown,
    tell: (text) => add("plain", text),
    fail: (thrown) => add("bad", say().failure.text(Failure.of(thrown))),
    dismiss,
  };
}
