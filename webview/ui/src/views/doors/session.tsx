// Without a session: the page says how to get in, and takes a ticket that somebody pastes.

import { createSignal, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Button } from "../../components/button";
import { TextField } from "../../components/field";
import { exchange, type Session, type TicketRefusal, ticketIn } from "../../rpc/session";
import { Door } from "./door";

/** The door for who comes without a ticket, or with one that no longer works. */
export function SessionDoor(props: {
  reason: "none" | "ended" | TicketRefusal;
  onSession: (session: Session) => void;
}): JSX.Element {
  const [text, setText] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [wrong, setWrong] = createSignal<string | null>(null);
  const words = () => say().door.session;

  const enter = async (event: SubmitEvent) => {
    event.preventDefault();
    const ticket = ticketIn(text());
    if (!ticket) {
      setWrong(words().notATicket);
      return;
    }
    setBusy(true);
    const result = await exchange(ticket);
    setBusy(false);
    if (typeof result === "string") setWrong(words().reason[result]);
    else props.onSession(result);
  };

  return (
    <Door title={words().title} lead={words().reason[props.reason]}>
      <ol class="door-steps">
        <li>{words().stepWindow}</li>
        <li>
          {words().stepCommand} <code class="code-word">moot ui</code>
        </li>
      </ol>
      <form class="door-form" onSubmit={(event) => void enter(event)}>
        <TextField
          label={words().ticket}
          value={text()}
          onInput={(value) => {
            setText(value);
            setWrong(null);
          }}
          placeholder="http://127.0.0.1:…/#ticket=…"
          error={wrong()}
          testid="session-ticket"
          mono
        />
        <Button tone="primary" submit busy={busy()} disabled={text().trim() === ""} testid="session-enter">
          {words().enter}
        </Button>
      </form>
      <Show when={props.reason === "unreachable"}>
        <Button tone="quiet" icon="sync" onClick={() => location.reload()}>
          {say().common.retry}
        </Button>
      </Show>
    </Door>
  );
}
