// The window program around the page, if there is one: it does what a page cannot. Messages carry the nonce of this load, so
// that nothing that got into the page by another road can speak to it.

declare global {
  interface Window {
    ipc?: { postMessage(message: string): void };
    __MOOT_SHELL_NONCE__?: string;
  }
}

/** What the window program is asked for. */
export type ShellRequest =
  | { kind: "badge"; mentions: number; unread: boolean }
  | { kind: "notify"; title: string; body: string; tag: string }
  | { kind: "open"; url: string }
  /** The session is over: a fresh ticket comes in the address. */
  | { kind: "ticket" };

/** Listens for the reader's choice of one of our notifications; given its tag. */
export function onNotificationChosen(run: (tag: string) => void): () => void {
  const listener = (event: Event) => {
    const { detail } = event as CustomEvent<unknown>;
    if (typeof detail === "string") run(detail);
  };
  window.addEventListener("moot-notification", listener);
  return () => window.removeEventListener("moot-notification", listener);
}

/** Asks the window program; false if there is none. */
export function askShell(request: ShellRequest): boolean {
  const nonce = window.__MOOT_SHELL_NONCE__;
  if (!window.ipc || !nonce) return false;
  window.ipc.postMessage(JSON.stringify({ nonce, ...request }));
  return true;
}
