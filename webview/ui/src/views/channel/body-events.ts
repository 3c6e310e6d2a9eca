// What happens when something in a body is clicked or pressed: links ask first, spoilers open, mentions lead somewhere. One
// handler for the whole list, since bodies are plain elements.

import { say } from "../../catalogue";
import type { AccountId, ChannelId } from "../../contract";
import type { App } from "../../stores/app";

/** Handles a click; primary and middle button alike. */
export function onBodyClick(app: App, event: MouseEvent): void {
  if (!(event.target instanceof Element) || event.button === 2) return;
  if (activate(app, event.target)) {
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Handles a key; true if it was for something in a body. */
export function onBodyKey(app: App, event: KeyboardEvent): boolean {
  if (event.key !== "Enter" && event.key !== " ") return false;
  if (!(event.target instanceof HTMLElement) || !event.target.closest(".body")) return false;
  if (event.target.tagName === "BUTTON" || !activate(app, event.target)) return false;
  event.preventDefault();
  return true;
}

function activate(app: App, target: Element): boolean {
  const spoiler = target.closest<HTMLElement>("[data-spoiler]");
  if (spoiler?.dataset.spoiler === "closed") {
    open(spoiler);
    return true;
  }
  const link = target.closest<HTMLElement>("[data-href]");
  if (link?.dataset.href) {
    app.place.ask({ kind: "link", url: link.dataset.href, label: link.textContent ?? "" });
    return true;
  }
  const account = target.closest<HTMLElement>("[data-account]")?.dataset.account;
  const server = app.place.server();
  if (account && server) {
    app.place.show({ kind: "profile", server, account: account as AccountId });
    return true;
  }
  const channel = app.channels.get(target.closest<HTMLElement>("[data-channel]")?.dataset.channel as ChannelId);
  if (channel) {
    app.place.open({ server: channel.server_id, channel: channel.id });
    return true;
  }
  const copy = target.closest<HTMLElement>("[data-copy]");
  if (copy) {
    const code = copy.closest(".code")?.querySelector("code")?.textContent ?? "";
    void navigator.clipboard.writeText(code).then(() => app.toasts.tell(say().common.copied), app.toasts.fail);
    return true;
  }
  return false;
}

function open(spoiler: HTMLElement): void {
  spoiler.dataset.spoiler = "open";
  spoiler.removeAttribute("role");
  spoiler.removeAttribute("aria-expanded");
  spoiler.removeAttribute("aria-label");
  spoiler.removeAttribute("tabindex");
}
