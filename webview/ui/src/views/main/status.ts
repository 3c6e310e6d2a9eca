// Whether somebody is there, and how: what they say of themselves, or one says oneself.

import { say } from "../../catalogue";
import type { Dot } from "../../components/avatar";
import type { Member, PresenceStatus } from "../../contract";
import type { App } from "../../stores/app";

/** The status of a member. */
export function statusOf(app: App, member: Member): PresenceStatus {
  return isMe(app, member) ? app.presence.mine().status : member.status;
}

/** The words beside a member's name. */
export function statusText(app: App, member: Member): string {
  return (isMe(app, member) ? app.presence.mine().text : member.status_text) ?? "";
}

/** A status as a dot. */
export function dotOf(status: PresenceStatus): Dot {
  return status === "invisible" ? "offline" : status;
}

/** A status in a word. */
export function statusWord(status: PresenceStatus): string {
  return say().main.status[status];
}

function isMe(app: App, member: Member): boolean {
  return member.account_id === app.identity.me()?.account_id;
}
