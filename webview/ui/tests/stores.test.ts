import { createEffect, createRoot } from "solid-js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { Member } from "../src/contract";
import { Failure } from "../src/rpc/failure";
import { notify } from "../src/shell/notify";
import type { App } from "../src/stores/app";
import { createChannels } from "../src/stores/channels";
import { createContacts } from "../src/stores/contacts";
import { createDrafts } from "../src/stores/drafts";
import { createIdentity } from "../src/stores/identity";
import { createKeep } from "../src/stores/keep";
import { createMembers } from "../src/stores/members";
import { createMessages } from "../src/stores/messages";
import { createPlace } from "../src/stores/place";
import { createPrefs } from "../src/stores/prefs";
import { createPresence } from "../src/stores/presence";
import { answerCheck, loadCheck, rememberForCheck } from "../src/stores/recovery";
import { quietHours } from "../src/views/dialogs/preferences-notifications";
import { memberGroups } from "../src/views/main/member-groups";
import { ADA, BOB, CHANNEL, channel, message, messageId, nodeWith, SERVER } from "./node";

const member = (name: string, change: Partial<Member> = {}): Member => ({
  id: `acc_${name.padEnd(52, "a")}`,
  account_id: `acc_${name.padEnd(52, "a")}`,
  display_name: name,
  roles: ["member"],
  status: "online",
  level: 0,
  joined_at: 0,
  online: true,
  bot: false,
  ...change,
});

describe("channels", () => {
  const id = (name: string) => `chn_${name.padEnd(52, "a")}` as const;
  const list = [
    channel({ id: id("a"), name: "a" }),
    channel({ id: id("k"), name: "K", kind: "category" }),
    channel({ id: id("b"), name: "b", parent_id: id("k"), unread: 3, mentions: 1 }),
    channel({ id: id("c"), name: "c", parent_id: id("gone"), unread: 2, muted: true }),
    channel({ id: id("d"), name: "d", archived: true, unread: 9 }),
  ];
  const store = async () => {
    const node = nodeWith({
      "channel.list": () => ({ items: structuredClone(list) }),
      "channel.mark_read": ({ channel_id, up_to }) => ({ channel_id, read_up_to: up_to, unread: 0, mentions: 0 }),
    });
    const channels = createRoot(() => createChannels(node, createKeep(node)));
    await channels.load(SERVER);
    return channels;
  };

  test("stand under their category, in the node's order; archived ones and lost parents do not disturb", async () => {
    const channels = await store();
    const shown = channels.groups(SERVER).map((group) => [group.category?.name ?? null, group.channels.map((one) => one.name)]);
    expect(shown).toEqual([
      [null, ["a", "c"]],
      ["K", ["b"]],
    ]);
    expect(channels.inOrder([SERVER]).map((one) => one.name)).toEqual(["a", "c", "b"]);
  });

  test("muted ones count for mentions only", async () => {
    const channels = await store();
    expect(channels.unreadIn(SERVER)).toEqual({ unread: 12, mentions: 1 });
  });

  test("reading sets the counters to what the node says", async () => {
    const channels = await store();
    await channels.markRead(id("b"), messageId(1));
    expect(channels.get(id("b"))).toMatchObject({ unread: 0, mentions: 0, read_up_to: messageId(1) });
  });

  test("a change of one channel wakes nobody who shows another", async () => {
    const channels = await store();
    let runs = 0;
    createRoot(() => createEffect(() => [channels.get(id("a"))?.unread, runs++]));
    await Promise.resolve();
    channels.bump(id("b"), messageId(1), false);
    await Promise.resolve();
    expect(runs).toBe(1);
    channels.bump(id("a"), messageId(1), false);
    await Promise.resolve();
    expect(runs).toBe(2);
  });

  test("one set back to unread stays so through what the node says, until it is read", async () => {
    const channels = await store();
    channels.markUnread(id("a"), messageId(4), 2);
    await channels.load(SERVER);
    expect(channels.get(id("a"))).toMatchObject({ unread: 2, read_up_to: messageId(4) });
    await channels.markRead(id("a"), messageId(9));
    await channels.load(SERVER);
    expect(channels.get(id("a"))?.unread).toBe(0);
  });

  test("a channel that is gone from the list is gone here", async () => {
    const channels = await store();
    list.pop();
    await channels.load(SERVER);
    expect(channels.get(id("d"))).toBeUndefined();
  });
});

describe("messages", () => {
  test("an older state never replaces a newer one", () => {
    const messages = createRoot(() => createMessages(nodeWith({})));
    messages.hold([message(1, { rev: 3, content: "new" })]);
    messages.update(message(1, { rev: 2, content: "old" }));
    expect(messages.get(messageId(1))?.content).toBe("new");
    messages.update(message(1, { rev: 4, content: "newer" }));
    expect(messages.get(messageId(1))?.content).toBe("newer");
  });

  test("what two views hold goes only when both let go, and then not at once", () => {
    const messages = createRoot(() => createMessages(nodeWith({})));
    messages.hold([message(1)]);
    messages.hold([message(1)]);
    messages.release([messageId(1)]);
    for (let other = 10; other < 400; other++) {
      messages.hold([message(other)]);
      messages.release([messageId(other)]);
    }
    expect(messages.get(messageId(1))).toBeDefined();
    expect(messages.get(messageId(10))).toBeUndefined();
    expect(messages.get(messageId(399))).toBeDefined();
  });

  test("a quoted message is asked for once, and one that is not here is nothing", async () => {
    const node = nodeWith({ "message.get": () => message(7) });
    const messages = createRoot(() => createMessages(node));
    await Promise.all([messages.fetch(messageId(7)), messages.fetch(messageId(7))]);
    expect(node.asked.length).toBe(1);
    node.answers["message.get"] = () => {
      throw new Failure("not_found", 2001, "no");
    };
    expect(await messages.fetch(messageId(8))).toBeNull();
  });
});

describe("members", () => {
  test("come page by page, and who left is gone with the next reading", async () => {
    let all = Array.from({ length: 450 }, (_, at) => member(`m${at}`));
    const node = nodeWith({
      "member.list": ({ cursor }) => {
        const from = Number(cursor ?? 0);
        return { items: all.slice(from, from + 200), next_cursor: from + 200 < all.length ? String(from + 200) : null };
      },
    });
    const members = createRoot(() => createMembers(node));
    await members.load(SERVER);
    expect([members.of(SERVER).length, members.complete(SERVER)]).toEqual([450, true]);
    all = all.slice(1);
    await members.load(SERVER);
    expect(members.of(SERVER).length).toBe(449);
    expect(members.nameOf(SERVER, member("m0").account_id)).toBeUndefined();
  });

  test("are there as they say, and whoever hides is not", async () => {
    const node = nodeWith({ "member.list": () => ({ items: [member("ada", { online: false, status: "offline" })] }) });
    const members = createRoot(() => createMembers(node));
    await members.load(SERVER);
    const ada = member("ada").account_id;
    members.setPresence(SERVER, ada, "dnd", "writing");
    expect(members.get(SERVER, ada)).toMatchObject({ online: true, status: "dnd", status_text: "writing" });
    members.setPresence(SERVER, ada, "invisible", null);
    expect(members.get(SERVER, ada)).toMatchObject({ online: false, status_text: null });
  });

  test("are grouped by their highest role, online first, away last", () => {
    const groups = memberGroups([
      member("zoe"),
      member("ada", { roles: ["owner", "admin", "member"] }),
      member("eve", { roles: ["mod", "member"], online: false }),
      member("bob", { roles: ["mod", "member"] }),
    ]);
    expect(groups.map((group) => [group.key, group.members.map((one) => one.display_name)])).toEqual([
      ["owner", ["ada"]],
      ["mod", ["bob"]],
      ["online", ["zoe"]],
      ["offline", ["eve"]],
    ]);
  });
});

describe("whom one has blocked", () => {
  const contact = (account_id: typeof ADA | typeof BOB, blocked: boolean) => ({ id: account_id, account_id, display_name: "", blocked });

  test("is what the node keeps, and what it tells of", async () => {
    const node = nodeWith({
      "contact.list": () => ({ items: [contact(ADA, true), contact(BOB, false)] }),
      "contact.unblock": ({ account_id }) => contact(account_id as typeof ADA, false),
    });
    const contacts = createRoot(() => createContacts(node));
    await contacts.load();
    expect([ADA, BOB].map(contacts.blocked)).toEqual([true, false]);
    contacts.put(contact(BOB, true));
    await contacts.block(ADA, false);
    expect([ADA, BOB].map(contacts.blocked)).toEqual([false, true]);
  });

  test("notifies nobody", () => {
    const told: string[] = [];
    vi.stubGlobal("Notification", class {
      static permission = "granted";
      constructor(title: string) {
        told.push(title);
      }
    });
    let blocked = true;
    const app = {
      channels: { get: () => channel() },
      place: { channel: () => null, view: () => "channel" },
      contacts: { blocked: () => blocked },
      members: { nameOf: () => undefined },
      identity: { me: () => null },
    } as unknown as App;
    const notice = { id: messageId(1), server_id: SERVER, channel_id: CHANNEL, reason: "mention", read: false, message: message(1) } as const;
    notify(app, notice);
    expect(told).toEqual([]);
    blocked = false;
    notify(app, notice);
    expect(told).toEqual(["Ada · #general"]);
    vi.unstubAllGlobals();
  });
});

describe("what lasts a moment", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("who types no longer does after a while, or once the message is there", () => {
    const presence = createRoot(() => createPresence(nodeWith({})));
    const types = (account_id: typeof ADA | typeof BOB) =>
      presence.onTyping({ type: "typing", server_id: SERVER, channel_id: CHANNEL, account_id, until: Date.now() + 8_000 });
    types(ADA);
    types(BOB);
    expect(presence.typists(CHANNEL)).toEqual([ADA, BOB]);
    presence.stopped(CHANNEL, ADA);
    vi.advanceTimersByTime(5_000);
    types(BOB);
    vi.advanceTimersByTime(5_000);
    expect(presence.typists(CHANNEL)).toEqual([BOB]);
    vi.advanceTimersByTime(5_000);
    expect(presence.typists(CHANNEL)).toEqual([]);
  });

  test("what one says of oneself stays, but for what is changed", async () => {
    const node = nodeWith({
      "presence.get": () => ({ status: "dnd", text: "writing" }),
      "presence.set": ({ status, text }) => ({ status, text: text ?? null }),
    });
    const presence = createRoot(() => createPresence(node));
    await presence.loadMine();
    await presence.say({ status: "idle" });
    expect(presence.mine()).toEqual({ status: "idle", text: "writing" });
    await presence.say({ text: null });
    expect(presence.mine()).toEqual({ status: "idle", text: null });
  });

  test("a crowd of typists does not grow without bound", () => {
    const presence = createRoot(() => createPresence(nodeWith({})));
    for (let at = 0; at < 500; at++) {
      presence.onTyping({ type: "typing", server_id: SERVER, channel_id: CHANNEL, account_id: `acc_${at}`, until: Date.now() + 8_000 });
    }
    expect(presence.typists(CHANNEL).length).toBe(20);
  });

  test("a draft is written once after a quiet, and at once when the page goes", async () => {
    const node = nodeWith({
      "message.draft.set": ({ channel_id, content }) => ({ channel_id, content, updated_at: 1 }),
      "message.draft.get": ({ channel_id }) => ({ channel_id, content: "kept", updated_at: 1 }),
    });
    const drafts = createDrafts(node);
    for (const text of ["h", "he", "hey"]) drafts.set(CHANNEL, CHANNEL, text);
    vi.advanceTimersByTime(2_000);
    expect(node.asked.map((asked) => asked.params.content)).toEqual(["hey"]);
    drafts.set(CHANNEL, CHANNEL, "hey you");
    drafts.flush();
    expect(node.asked.length).toBe(2);
    expect(await drafts.get(CHANNEL, CHANNEL)).toBe("hey you");
    expect(await drafts.get("other", `chn_${"o".repeat(52)}`)).toBe("kept");
  });
});

describe("preferences", () => {
  beforeEach(() => sessionStorage.clear());

  test("take what was kept, and no nonsense in it", async () => {
    const node = nodeWith({
      "ui.state.get": ({ key }) => ({ key, value: { theme: "dark", fontSize: "big", folded: "x", unheard: 1 }, rev: 1 }),
    });
    const prefs = createRoot(() => createPrefs(createKeep(node)));
    await prefs.load();
    expect([prefs.now.theme, prefs.now.fontSize, prefs.now.folded]).toEqual(["dark", 16, []]);
  });

  test("hold for this tab at once, whatever the node says", () => {
    const node = nodeWith({});
    createRoot(() => createPrefs(createKeep(node))).set("theme", "contrast");
    expect(createRoot(() => createPrefs(createKeep(node))).now.theme).toBe("contrast");
  });

  test("what the node does not keep is null; that it cannot be read is not hidden", async () => {
    const node = nodeWith({ "ui.state.get": ({ key }) => ({ key, value: null, rev: 0 }) });
    expect(await createKeep(node).load("prefs")).toBeNull();
    node.answers["ui.state.get"] = () => {
      throw new Failure("locked", 1004, "locked");
    };
    await expect(createKeep(node).load("prefs")).rejects.toMatchObject({ kind: "locked" });
  });

  test("quiet hours go by the clock on this wall; the same hour twice is none", () => {
    expect(quietHours(7, 7)).toBeNull();
    const offset = -new Date().getTimezoneOffset();
    expect(quietHours(22, 7)).toEqual({ from_minute: 1_320, to_minute: 420, utc_offset_minutes: offset });
  });
});

describe("identity", () => {
  test("no account, a locked one and a ready one are told apart", async () => {
    const node = nodeWith({});
    const identity = createRoot(() => createIdentity(node));
    const answers = [
      () => {
        throw new Failure("precondition", 2005, "no account");
      },
      () => {
        throw new Failure("locked", 1004, "locked");
      },
      () => ({ account_id: ADA, state: "ready", rev: 1 }) as never,
    ];
    const seen: string[] = [];
    for (const answer of answers) {
      node.answers["identity.get"] = answer;
      seen.push(await identity.load());
    }
    expect(seen).toEqual(["none", "locked", "ready"]);
  });

  test("the phrase is asked back by three words that are not kept", async () => {
    const kept = new Map<string, unknown>();
    const keep = {
      load: async <T,>(key: string) => (kept.get(key) ?? null) as T | null,
      save: (key: string, value: unknown) => void kept.set(key, value),
      flush() {},
    };
    const words = Array.from({ length: 24 }, (_, at) => `word${at}`);
    await rememberForCheck(keep, words.join(" "));
    const check = await loadCheck(keep);
    if (!check) throw new Error("nothing was kept");
    expect(JSON.stringify([...kept])).not.toMatch(/word\d/);
    const right = check.words.map((index) => ` ${words[index]?.toUpperCase()} `);
    expect(await answerCheck(keep, check, right)).toBe(true);
    expect(await answerCheck(keep, check, ["a", "b", "c"])).toBe(false);
  });
});

test("leaving a channel closes what belongs to it, and a server is found again where it was left", () => {
  const place = createRoot(() => createPlace());
  const other = `chn_${"o".repeat(52)}` as const;
  place.open({ server: SERVER, channel: CHANNEL });
  place.show({ kind: "pins", channel: CHANNEL });
  place.open({ server: SERVER, channel: other });
  expect(place.panel()).toBeNull();
  place.show({ kind: "network" });
  place.open({ server: SERVER, channel: CHANNEL, message: messageId(1) });
  expect(place.panel()).toEqual({ kind: "network" });
  expect(place.jump()).toEqual({ message: messageId(1) });
  expect(place.lastIn(SERVER)).toBe(CHANNEL);
  place.leave(SERVER);
  expect([place.server(), place.channel()]).toEqual([null, null]);
});
