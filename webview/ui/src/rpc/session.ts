// The right to speak to the node: a one-time ticket from the address becomes a session token that lives as long as the tab.

/** A session as the node gives it. */
export interface Session {
  token: string;
  /** Milliseconds UTC. */
  expiresAt: number;
}

/** Why a ticket did not become a session. */
export type TicketRefusal = "used" | "unreachable";

const TICKET = /^[A-Za-z0-9._-]{8,256}$/;
const KEPT_UNDER = "folkmoot.session";

/** What the address brought along: the way in, and a link somebody followed. */
export interface Brought {
  ticket: string | null;
  link: string | null;
}

/** Takes what is behind the `#` of the address and wipes it there, so that neither history nor a reload shows it again. */
export function takeFragment(): Brought {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const ticket = fragment.get("ticket");
  const link = fragment.get("link");
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
  return {
    ticket: ticket && TICKET.test(ticket) ? ticket : null,
    link: link?.startsWith("moot://") ? link : null,
  };
}

/** Reads a ticket from what somebody pasted: a whole address, or the ticket alone. */
export function ticketIn(pasted: string): string | null {
  const text = pasted.trim();
  const ticket = text.includes("#") ? new URLSearchParams(text.slice(text.indexOf("#") + 1)).get("ticket") : text;
  return ticket && TICKET.test(ticket) ? ticket : null;
}

/** Exchanges a ticket. It works once, for 60 s. */
export async function exchange(ticket: string): Promise<Session | TicketRefusal> {
  let response: Response;
  try {
    response = await fetch("/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ticket }),
      cache: "no-store",
    });
  } catch {
    return "unreachable";
  }
  if (!response.ok) return "used";
  const body: unknown = await response.json().catch(() => null);
  const session = readSession(body, "expires_at");
  if (!session) return "used";
  sessionStorage.setItem(KEPT_UNDER, JSON.stringify(session));
  return session;
}

/** The session of this tab, if it still holds. */
export function keptSession(now: number): Session | null {
  const text = sessionStorage.getItem(KEPT_UNDER);
  if (!text) return null;
  try {
    const session = readSession(JSON.parse(text), "expiresAt");
    return session && session.expiresAt > now ? session : null;
  } catch {
    return null;
  }
}

/** Forgets the session: the node no longer takes it. */
export function dropSession(): void {
  sessionStorage.removeItem(KEPT_UNDER);
}

function readSession(value: unknown, expiry: "expires_at" | "expiresAt"): Session | null {
  if (typeof value !== "object" || value === null) return null;
  const { token, [expiry]: expiresAt } = value as Record<string, unknown>;
  return typeof token === "string" && typeof expiresAt === "number" ? { token, expiresAt } : null;
}
