// A list in the settings: read again whenever somebody acted, with its states of loading, trouble and nothing.

import { createEffect, createResource, type JSX, on, Show } from "solid-js";

import { Empty, Skeleton, Trouble } from "../../components/states";
import type { IconName } from "../../icons/icon";
import { useApp } from "../../stores/app";

/** The list. */
export function Listing<T>(props: {
  read: () => Promise<T[]>;
  icon: IconName;
  none: string;
  noneText?: string;
  children: (items: T[], again: () => void) => JSX.Element;
}): JSX.Element {
  const app = useApp();
  const [items, { refetch }] = createResource(() => props.read());
  createEffect(on(app.actsChanged, () => void refetch(), { defer: true }));
  return (
    <Show when={!items.error} fallback={<Trouble failure={items.error} onRetry={() => void refetch()} />}>
      <Show when={items.latest} fallback={<Skeleton kind="person" rows={4} />}>
        {(known) => (
          <Show
            when={known().length > 0}
            fallback={<Empty icon={props.icon} title={props.none} {...(props.noneText ? { text: props.noneText } : {})} />}
          >
            {props.children(known(), () => void refetch())}
          </Show>
        )}
      </Show>
    </Show>
  );
}
