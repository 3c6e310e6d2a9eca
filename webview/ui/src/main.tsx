// Where the page begins: a session first, then the interface.

import "./styles/index.css";

import { createSignal, Match, Show, Switch } from "solid-js";
import { render } from "solid-js/web";

import { dropSession, exchange, keptSession, type Session, takeTicket, type TicketRefusal } from "./rpc/session";
import { SessionDoor } from "./views/doors/session";
import { Interface } from "./views/interface";

type Entry = { session: Session } | { refused: "none" | "ended" | TicketRefusal } | null;

function Page() {
  const [entry, setEntry] = createSignal<Entry>(null);

  const enter = async () => {
    const ticket = takeTicket();
    const kept = keptSession(Date.now());
    if (ticket) {
      const result = await exchange(ticket);
      if (typeof result !== "string") setEntry({ session: result });
      else if (kept) setEntry({ session: kept });
      else setEntry({ refused: result });
    } else {
      setEntry(kept ? { session: kept } : { refused: "none" });
    }
  };
  void enter();
  // A fresh ticket may be put into the address of an open page.
  window.addEventListener("hashchange", () => {
    if (location.hash.startsWith("#ticket=")) void enter();
  });

  const session = () => {
    const now = entry();
    return now && "session" in now ? now.session : null;
  };
  const refused = () => {
    const now = entry();
    return now && "refused" in now ? now.refused : null;
  };

  return (
    <Switch>
      <Match when={session()}>
        {(current) => (
          <Show when={current().token} keyed>
            {(token) => (
              <Interface
                token={token}
                onEnded={() => {
                  dropSession();
                  setEntry({ refused: "ended" });
                }}
              />
            )}
          </Show>
        )}
      </Match>
      <Match when={refused()}>
        {(reason) => <SessionDoor reason={reason()} onSession={(session) => setEntry({ session })} />}
      </Match>
    </Switch>
  );
}

const root = document.getElementById("root");
if (root) render(() => <Page />, root);
