// Where the page begins: a session first, then the interface.

import "./styles/index.css";

import { createSignal, Match, Show, Switch } from "solid-js";
import { render } from "solid-js/web";

import { dropSession, exchange, keptSession, type Session, takeFragment, type TicketRefusal } from "./rpc/session";
import { askShell } from "./shell/bridge";
import { bringLink } from "./shell/link";
import { SessionDoor } from "./views/doors/session";
import { Interface } from "./views/interface";

type Entry = { session: Session } | { refused: "none" | "ended" | TicketRefusal } | null;

function Page() {
  const [entry, setEntry] = createSignal<Entry>(null);

  const enter = async () => {
    const { ticket, link } = takeFragment();
    if (link) bringLink(link);
    // A link alone is for the page that is open already.
    if (!ticket && session()) return;
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
  // A fresh ticket, or a link, may be put into the address of an open page.
  window.addEventListener("hashchange", () => {
    if (location.hash !== "") void enter();
  });

  const session = () => {
    const now = entry();
    return now && "session" in now ? now.session : null;
  };
  const refused = () => {
    const now = entry();
    return now && "refused" in now ? now.refused : null;
  };

  void enter();

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
                  // The window program brings a fresh ticket by itself.
                  askShell({ kind: "ticket" });
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
