// Names given by others: nothing in them stays hidden, and their direction ends with them.

import { For, type JSX } from "solid-js";

import { reveal } from "../text/hidden";

/** A name. */
export function Name(props: { text: string; class?: string }): JSX.Element {
  return (
    <bdi class={`name ${props.class ?? ""}`}>
      <For each={reveal(props.text)}>
        {(piece) =>
          "text" in piece ? (
            piece.text
          ) : (
            <span class="hidden-character" title={piece.name}>
              {piece.hidden}
            </span>
          )
        }
      </For>
    </bdi>
  );
}
