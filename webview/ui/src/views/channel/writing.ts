// A text field in which people and channels can be mentioned: what is on the screen, what it stands for, and the list that
// offers names while one types.

import fuzzysort from "fuzzysort";
import { createSignal, type Accessor } from "solid-js";

import { say } from "../../catalogue";
import type { AccountId, ChannelId, Member, ServerId } from "../../contract";
import type { App } from "../../stores/app";
import { decode, encode, pick, type Picked } from "../../text/mentions";
import { type EmojiEntry, loadEmoji, searchEmoji } from "../../emoji/emoji";

/** An offer. */
export type Offer =
  | { kind: "member"; member: Member }
  | { kind: "everyone" }
  | { kind: "channel"; id: ChannelId; name: string }
  | { kind: "emoji"; emoji: EmojiEntry };

/** Offers shown at once. */
const OFFERS_MAX = 8;

/** What is being typed that could be completed, up to the caret. */
const TRIGGER = /(?:^|[\s(])([@#:])([^\s@#:]{0,32})$/u;

/** The field's state. */
export interface Writing {
  offers: Accessor<Offer[]>;
  chosen: Accessor<number>;
  choose(index: number): void;
  /** Looks at what stands before the caret. */
  look(field: HTMLTextAreaElement): void;
  /** Puts the chosen offer into the text. */
  take(field: HTMLTextAreaElement, index?: number): void;
  close(): void;
  /** A kept text as it is written. */
  decode(text: string): string;
  /** The text as it is sent. */
  encode(text: string): string;
}

/** Makes the state of one field. */
export function createWriting(app: App, server: ServerId): Writing {
  const picked: Picked = new Map();
  const [offers, setOffers] = createSignal<Offer[]>([]);
  const [chosen, choose] = createSignal(0);
  let generation = 0;

  const show = (found: Offer[]) => {
    choose(0);
    setOffers(found);
  };

  const members = async (query: string): Promise<Offer[]> => {
    if (!app.members.complete(server) && query.length >= 2) {
      await app.members.search(server, query).catch(() => []);
    }
    const all = app.members.of(server);
    const found =
      query === ""
        ? [...all].sort((a, b) => Number(b.online) - Number(a.online) || a.display_name.localeCompare(b.display_name))
        : fuzzysort.go(query, all, { key: "display_name", limit: OFFERS_MAX }).map((result) => result.obj);
    const list: Offer[] = found.slice(0, OFFERS_MAX).map((member) => ({ kind: "member", member }));
    if ("everyone".startsWith(query.toLowerCase()) && app.servers.may(server, "MENTION_ALL")) list.push({ kind: "everyone" });
    return list.slice(0, OFFERS_MAX);
  };

  const channels = (query: string): Offer[] => {
    const all = app.channels.inOrder([server]);
    const found =
      query === "" ? all : fuzzysort.go(query, all, { key: "name", limit: OFFERS_MAX }).map((result) => result.obj);
    return found.slice(0, OFFERS_MAX).map((channel) => ({ kind: "channel", id: channel.id, name: channel.name }));
  };

  const emoji = async (query: string): Promise<Offer[]> => {
    if (query.length < 2) return [];
    return searchEmoji(await loadEmoji(), query, OFFERS_MAX).map((entry) => ({ kind: "emoji", emoji: entry }));
  };

  const find = async (sign: string, query: string) => {
    const mine = ++generation;
    const found = sign === "@" ? await members(query) : sign === "#" ? channels(query) : await emoji(query);
    if (mine === generation) show(found);
  };

  const close = () => {
    generation++;
    show([]);
  };

  return {
    offers,
    chosen,
    choose,
    look(field) {
      const found = field.selectionStart === field.selectionEnd && trigger(field);
      if (found) void find(found.sign, found.query);
      else close();
    },
    take(field, index = chosen()) {
      const offer = offers()[index];
      const found = trigger(field);
      close();
      if (!offer || !found) return;
      replace(field, found.from, wordOf(offer, picked));
    },
    close,
    decode: (text) => decode(text, picked, (id) => nameOf(app, server, id)),
    encode: (text) => encode(text, picked),
  };
}

function nameOf(app: App, server: ServerId, id: string): string | undefined {
  return id.startsWith("acc_")
    ? app.members.nameOf(server, id as AccountId)
    : app.channels.get(id as ChannelId)?.name;
}

function trigger(field: HTMLTextAreaElement): { sign: string; query: string; from: number } | null {
  const before = field.value.slice(0, field.selectionStart);
  const found = TRIGGER.exec(before);
  if (!found) return null;
  const [, sign = "", query = ""] = found;
  return { sign, query, from: before.length - query.length - 1 };
}

function wordOf(offer: Offer, picked: Picked): string {
  switch (offer.kind) {
    case "member":
      return `${pick(picked, `@${offer.member.display_name}`, `<@${offer.member.account_id}>`)} `;
    case "everyone":
      return "@everyone ";
    case "channel":
      return `${pick(picked, `#${offer.name}`, `<#${offer.id}>`)} `;
    case "emoji":
      return `${offer.emoji.unicode} `;
  }
}

/** Replaces from `from` to the caret, as if it had been typed. */
export function replace(field: HTMLTextAreaElement, from: number, text: string): void {
  field.focus();
  field.setRangeText(text, from, field.selectionStart, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/** What an offer is called, for the list and for screen readers. */
export function offerLabel(offer: Offer): string {
  switch (offer.kind) {
    case "member":
      return offer.member.display_name;
    case "everyone":
      return say().composer.everyone;
    case "channel":
      return offer.name;
    case "emoji":
      return `:${offer.emoji.codes[0] ?? offer.emoji.label}:`;
  }
}
