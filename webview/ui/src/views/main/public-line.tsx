// The plain truth about a public server, wherever one appears.

import type { JSX } from "solid-js";

import { say } from "../../catalogue";
import { Icon } from "../../icons/icon";

/** The line. */
export function PublicLine(props: { long?: boolean }): JSX.Element {
  return (
    <p class="public-line" classList={{ "public-line-long": props.long ?? false }}>
      <Icon name="globe" size="s" />
      <span>{props.long ? say().publicServer.long : say().publicServer.short}</span>
    </p>
  );
}
