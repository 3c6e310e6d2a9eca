// The frame of what stands before the chat: the mark, a title, a line, and what is to be done.

import { type JSX, Show } from "solid-js";

import { Mark } from "../../icons/icon";

/** A door. */
export function Door(props: { title: string; lead?: string; children: JSX.Element; foot?: JSX.Element }): JSX.Element {
  return (
    <main class="door">
      <div class="door-card">
        <Mark />
        <h1 class="door-title">{props.title}</h1>
        <Show when={props.lead}>
          <p class="door-lead">{props.lead}</p>
        </Show>
        {props.children}
      </div>
      <Show when={props.foot}>
        <p class="door-foot">{props.foot}</p>
      </Show>
    </main>
  );
}
