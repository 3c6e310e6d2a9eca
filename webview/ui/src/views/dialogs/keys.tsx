// The sheet of keys.

import { For, type JSX } from "solid-js";

import { say } from "../../catalogue";
import { Dialog } from "../../components/dialog";

const SHEET = [
  {
    group: "go",
    keys: [
      ["switcher", "Ctrl", "K"],
      ["channel", "Alt", "↑ ↓"],
      ["unread", "Alt", "Shift", "↑ ↓"],
      ["server", "Ctrl", "Alt", "↑ ↓"],
      ["landmark", "F6"],
    ],
  },
  {
    group: "write",
    keys: [
      ["send", "Enter"],
      ["line", "Shift", "Enter"],
      ["editLast", "↑"],
      ["mention", "@"],
      ["channelMention", "#"],
      ["emoji", ":"],
    ],
  },
  {
    group: "message",
    keys: [
      ["walk", "↑ ↓"],
      ["reply", "R"],
      ["edit", "E"],
      ["react", "+"],
      ["thread", "T"],
      ["pin", "P"],
      ["copy", "C"],
      ["markUnread", "U"],
      ["delete", "Del"],
      ["menu", "Enter"],
    ],
  },
  {
    group: "more",
    keys: [
      ["markRead", "Esc"],
      ["preferences", "Ctrl", ","],
      ["sheet", "Ctrl", "/"],
    ],
  },
] as const;

/** The sheet. */
export function KeysDialog(props: { onClose: () => void }): JSX.Element {
  const words = () => say().keys;
  return (
    <Dialog title={words().title} size="l" testid="keys-dialog" onClose={props.onClose}>
      <div class="keys-sheet" tabindex={0} role="region" aria-label={words().title}>
        <For each={SHEET}>
          {(section) => (
            <section class="keys-group">
              <h3 class="panel-heading">{words().groups[section.group]}</h3>
              <dl>
                <For each={section.keys}>
                  {([act, ...keys]) => (
                    <div class="keys-row">
                      <dt>{words().acts[act]}</dt>
                      <dd>
                        <For each={keys}>{(key) => <kbd>{key}</kbd>}</For>
                      </dd>
                    </div>
                  )}
                </For>
              </dl>
            </section>
          )}
        </For>
      </div>
    </Dialog>
  );
}
