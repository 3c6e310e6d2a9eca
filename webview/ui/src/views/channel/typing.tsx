// Who is typing.

import { type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { useApp } from "../../stores/app";
import { revealed } from "../../text/hidden";
import { useTalk } from "./talk";

/** The line below the composer; it has its place always, so that nothing moves. */
export function TypingLine(): JSX.Element {
  const app = useApp();
  const talk = useTalk();
  const names = () =>
    app.presence
      .typists(talk.channel)
      .filter((account) => account !== app.identity.me()?.account_id && !app.contacts.blocked(account))
      .map((account) => revealed(app.members.nameOf(talk.server, account) ?? say().text.unknownPerson));
  return (
    <p class="typing" data-testid="typing" aria-live="off">
      <Show when={!talk.thread && names().length > 0}>
        <span class="typing-dots" aria-hidden="true">
          <span />
          <span />
          <span />
        </span>
        {say().composer.typing(names())}
      </Show>
    </p>
  );
}
