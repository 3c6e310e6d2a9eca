// Buttons: with words, or an icon alone, which then has a name and a tip.

import { type JSX, Show, splitProps } from "solid-js";

import { Icon, type IconName } from "../icons/icon";

type Native = Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, "class" | "type">;

/** A button with words. */
export function Button(
  props: Native & {
    tone?: "primary" | "plain" | "danger" | "quiet";
    icon?: IconName;
    busy?: boolean;
    submit?: boolean;
    class?: string;
    testid?: string;
  },
): JSX.Element {
  const [own, native] = splitProps(props, ["tone", "icon", "busy", "submit", "class", "testid", "children", "disabled"]);
  return (
    <button
      {...native}
      type={own.submit ? "submit" : "button"}
      class={`button button-${own.tone ?? "plain"} ${own.class ?? ""}`}
      data-testid={own.testid}
      disabled={own.disabled || own.busy}
      aria-busy={own.busy ? "true" : undefined}
    >
      <Show when={own.busy} fallback={<Show when={own.icon}>{(icon) => <Icon name={icon()} size="s" />}</Show>}>
        <span class="spinner" aria-hidden="true" />
      </Show>
      {own.children}
    </button>
  );
}

/** A button that is an icon. */
export function IconButton(
  props: Native & { icon: IconName; label: string; class?: string; testid?: string; keys?: string; size?: "s" | "m" | "l" },
): JSX.Element {
  const [own, native] = splitProps(props, ["icon", "label", "class", "testid", "keys", "size"]);
  return (
    <button
      {...native}
      type="button"
      class={`icon-button ${own.class ?? ""}`}
      aria-label={own.label}
      data-tip={own.label}
      data-tip-keys={own.keys}
      data-testid={own.testid}
    >
      <Icon name={own.icon} size={own.size ?? "m"} />
    </button>
  );
}
