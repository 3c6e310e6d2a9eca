// The body of a message. Made once per state of the message and kept, so that scrolling back does not make it again.

import { createMemo, type JSX } from "solid-js";

import type { Message } from "../../contract";
import { type App, useApp } from "../../stores/app";
import { worldOf } from "../../text/plain";
import { renderText } from "../../text/render";

/** Bodies kept; about three screens up and down in a busy channel. */
const KEPT_MAX = 600;

const kept = new Map<string, HTMLElement>();

/** The body. One that stands in two places at once must not be kept: an element has one place. */
export function Body(props: { message: Message; keep?: boolean }): JSX.Element {
  const app = useApp();
  const made = createMemo(() => {
    const { message } = props;
    const key = `${message.id} ${message.rev} ${namesIn(app, message)}`;
    if (!props.keep) return renderText(message.content, worldOf(app, message.server_id));
    const before = kept.get(key);
    if (before) {
      // Last used, last to go.
      kept.delete(key);
      kept.set(key, before);
      return before;
    }
    const fresh = renderText(message.content, worldOf(app, message.server_id));
    kept.set(key, fresh);
    if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value as string);
    return fresh;
  });
  return <>{made()}</>;
}

const TOKENS = /<(?:@(acc_[a-z2-7]{52})|#(chn_[a-z2-7]{52}))>/g;

/** The names a body shows: if one changes, the body does. */
function namesIn(app: App, message: Message): string {
  if (!message.content.includes("<")) return "";
  const world = worldOf(app, message.server_id);
  return [...message.content.matchAll(TOKENS)]
    .map(([, account, channel]) => (account ? world.accountName(account) : world.channelName(channel as string)) ?? "")
    .join("\u0000");
}
