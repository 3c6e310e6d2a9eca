// Menus: on a button, or where the pointer was. One at a time, over everything, by keyboard like any menu.

import { createEffect, createSignal, For, type JSX, onCleanup, Show } from "solid-js";

import { Icon, type IconName } from "../icons/icon";
import { type Anchor, placeNear, type Side } from "./place-near";

/** An entry, or a line between groups. */
export type MenuItem =
  | { separator: true }
  | {
      label: string;
      icon?: IconName;
      danger?: boolean;
      disabled?: boolean;
      /** Shown at the end: the key that does the same. */
      keys?: string;
      checked?: boolean;
      testid?: string;
      run(): void;
    };

interface Open {
  label: string;
  items: MenuItem[];
  anchor: Anchor;
  side: Side;
  align: "start" | "end";
  focusBack: Element | null;
}

const [open, setOpen] = createSignal<Open | null>(null);

/** Opens a menu where the pointer is, or at the element that has the focus when a key asked for it. */
export function openMenuAt(event: MouseEvent, label: string, items: MenuItem[]): void {
  event.preventDefault();
  event.stopPropagation();
  const byKey = event.clientX === 0 && event.clientY === 0;
  const target = event.currentTarget instanceof Element ? event.currentTarget : null;
  const anchor =
    byKey && target
      ? target.getBoundingClientRect()
      : { left: event.clientX, right: event.clientX, top: event.clientY, bottom: event.clientY };
  show({ label, items, anchor, side: "below", align: "start", focusBack: document.activeElement });
}

/** Opens a menu below (or above) a button. */
export function openMenuOn(
  button: Element,
  label: string,
  items: MenuItem[],
  side: Side = "below",
  align: "start" | "end" = "start",
): void {
  show({ label, items, anchor: button.getBoundingClientRect(), side, align, focusBack: button });
}

/** Whether a menu is open. */
export function menuIsOpen(): boolean {
  return open() !== null;
}

function show(menu: Open): void {
  if (menu.items.some((item) => "run" in item)) setOpen(menu);
}

function close(): void {
  const closing = open();
  setOpen(null);
  if (closing?.focusBack instanceof HTMLElement && closing.focusBack.isConnected) closing.focusBack.focus();
}

/** Where menus appear; stands once at the root. */
export function MenuHost(): JSX.Element {
  return <Show when={open()}>{(menu) => <Menu menu={menu()} />}</Show>;
}

function Menu(props: { menu: Open }): JSX.Element {
  let list!: HTMLDivElement;
  const items = () => [...list.querySelectorAll<HTMLElement>('[role^="menuitem"]:not([aria-disabled="true"])')];

  createEffect(() => {
    const { anchor, side, align } = props.menu;
    list.showPopover();
    placeNear(list, anchor, side, 4, align);
    items()[0]?.focus();
  });

  const onOutside = (event: Event) => {
    if (!list.contains(event.target as Node)) close();
  };
  document.addEventListener("pointerdown", onOutside, true);
  window.addEventListener("blur", close);
  window.addEventListener("resize", close);
  onCleanup(() => {
    document.removeEventListener("pointerdown", onOutside, true);
    window.removeEventListener("blur", close);
    window.removeEventListener("resize", close);
  });

  const step = (by: number) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[(at + by + all.length) % all.length]?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    switch (event.key) {
      case "ArrowDown":
        step(1);
        break;
      case "ArrowUp":
        step(-1);
        break;
      case "Home":
        items()[0]?.focus();
        break;
      case "End":
        items().at(-1)?.focus();
        break;
      case "Escape":
      case "Tab":
        close();
        break;
      default: {
        if (event.key.length !== 1 || event.ctrlKey || event.metaKey) return;
        const letter = event.key.toLocaleLowerCase();
        items()
          .find((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(letter))
          ?.focus();
        return;
      }
    }
    event.preventDefault();
  };

  return (
    <div ref={list} popover="manual" class="menu" role="menu" aria-label={props.menu.label} onKeyDown={onKeyDown}>
      <For each={props.menu.items}>
        {(item) =>
          "separator" in item ? (
            <div class="menu-line" role="separator" />
          ) : (
            <button
              type="button"
              role={item.checked === undefined ? "menuitem" : "menuitemcheckbox"}
              aria-checked={item.checked}
              aria-disabled={item.disabled ? "true" : undefined}
              tabindex={-1}
              class="menu-item"
              classList={{ "menu-item-danger": item.danger ?? false }}
              data-testid={item.testid}
              onPointerMove={(event) => event.currentTarget.focus()}
              onClick={() => {
                if (item.disabled) return;
                close();
                item.run();
              }}
            >
              <span class="menu-label">{item.label}</span>
              <Show when={item.keys}>
                <kbd class="menu-keys">{item.keys}</kbd>
              </Show>
              <Show when={item.checked !== undefined ? item.checked : item.icon}>
                <Icon name={item.checked !== undefined ? "check" : (item.icon as IconName)} size="s" />
              </Show>
            </button>
          )
        }
      </For>
    </div>
  );
}
