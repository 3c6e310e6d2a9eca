// The right to speak to the node: a one-time ticket from the address becomes a session token that lives as long as the tab.

/** A session as the node gives it. */
export interface Session {
  token: string;
  /** Milliseconds UTC. */
  expiresAt: number;
}

/** Why a ticket did not become a session. */
export type TicketRefusal = "used" | "unreachable";

const KEPT_UNDER = "folkmoot.session";

/** Takes the ticket out of the address, so that neither history nor a reload shows it again. */
export function takeTicket(): string | null {
  const found = /^#ticket=([A-Za-z0-9_-]{8,256})$/.exec(location.hash);
  if (!found) return null;
  history.replaceState(null, "", location.pathname);
  return found[1] ?? null;
}

/** Reads a ticket from what somebody pasted: a whole address, or the ticket alone. */
export function ticketIn(pasted: string): string | null {
  return /(?:^|#ticket=)([A-Za-z0-9_-]{8,256})$/.exec(pasted.trim())?.[1] ?? null;
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
