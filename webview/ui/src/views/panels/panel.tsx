// The frame of what slides in at the side.

import { type JSX, onMount } from "solid-js";

import { say } from "../../catalogue";
import { IconButton } from "../../components/button";
import { Icon, type IconName } from "../../icons/icon";
import { useApp } from "../../stores/app";

/** A panel. */
export function Panel(props: {
  title: string;
  icon: IconName;
  testid: string;
  /** Takes the focus when it opens; those that open by themselves do not. */
  takeFocus?: boolean;
  children: JSX.Element;
}): JSX.Element {
  const app = useApp();
  let panel!: HTMLElement;
  onMount(() => {
    if (props.takeFocus !== false) panel.querySelector<HTMLElement>("[data-panel-close] button")?.focus({ preventScroll: true });
  });
  return (
    <aside ref={panel} class="panel" aria-label={props.title} data-landmark="panel" data-testid={props.testid}>
      <header class="head">
        <Icon name={props.icon} />
        <h2 class="head-title">{props.title}</h2>
        <span class="head-space" />
        <span data-panel-close>
          <IconButton icon="close" label={say().common.close} keys="Esc" testid="panel-close" onClick={() => app.place.show(null)} />
        </span>
      </header>
      {props.children}
    </aside>
  );
}
