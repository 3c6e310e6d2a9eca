// What stands where there is nothing, nothing yet, or nothing to be had.

import { For, type JSX, Show } from "solid-js";

import { say } from "../catalogue";
import { Icon, type IconName } from "../icons/icon";
import { Failure } from "../rpc/failure";
import { Button } from "./button";

/** Nothing is here, and what could be done about it. */
export function Empty(props: { icon: IconName; title: string; text?: string; children?: JSX.Element }): JSX.Element {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={props.icon} size="xl" />
      </span>
      <p class="empty-title">{props.title}</p>
      <Show when={props.text}>
        <p class="empty-text">{props.text}</p>
      </Show>
      <Show when={props.children}>
        <div class="empty-actions">{props.children}</div>
      </Show>
    </div>
  );
}

/** It could not be had; why, and a way to try again. */
export function Trouble(props: { failure: unknown; onRetry?: () => void }): JSX.Element {
  return (
    <div class="empty" role="alert">
      <span class="empty-icon empty-icon-bad">
        <Icon name="alert" size="xl" />
      </span>
      <p class="empty-title">{say().failure.title}</p>
      <p class="empty-text">{say().failure.text(Failure.of(props.failure))}</p>
      <Show when={props.onRetry}>
        {(retry) => (
          <div class="empty-actions">
            <Button icon="sync" onClick={() => retry()()}>
              {say().common.retry}
            </Button>
          </div>
        )}
      </Show>
    </div>
  );
}

/** It is on its way: the shape of what comes. */
export function Skeleton(props: { rows: number; kind: "message" | "line" | "person" }): JSX.Element {
  return (
    <div class="skeleton" role="status" aria-label={say().common.loading}>
      <For each={Array.from({ length: props.rows })}>
        {(_, index) => (
          <div class={`skeleton-${props.kind} skeleton-${index() % 5}`}>
            <span class="skeleton-round" />
            <span class="skeleton-lines">
              <span class="skeleton-bar" />
              <span class="skeleton-bar" />
            </span>
          </div>
        )}
      </For>
    </div>
  );
}
