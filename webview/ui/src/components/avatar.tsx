// Pictures that stand for people and servers: letters on a colour, both made of name and id.

import { type JSX, Show } from "solid-js";

import { hueOf, initials } from "../text/ids";

/** Whether somebody is there, as a dot on the avatar. */
export type Dot = "online" | "idle" | "dnd" | "offline";

/** A person. Decorative: the name stands beside it. */
export function Avatar(props: { id: string; name: string; size?: "xs" | "s" | "m" | "l" | "xl"; dot?: Dot | undefined }): JSX.Element {
  return (
    <span class={`avatar avatar-${props.size ?? "m"} hue-${hueOf(props.id)}`} aria-hidden="true">
      <span class="avatar-letters">{initials(props.name, 1)}</span>
      <Show when={props.dot}>{(dot) => <span class={`dot dot-${dot()}`} />}</Show>
    </span>
  );
}

/** A server. Decorative: the button around it has the name. */
export function ServerIcon(props: { id: string; name: string; size?: "m" | "l" }): JSX.Element {
  return (
    <span class={`server-icon server-icon-${props.size ?? "m"} hue-${hueOf(props.id)}`} aria-hidden="true">
      {initials(props.name, 2)}
    </span>
  );
}
