// English, and the shape of every catalogue. Sentences with numbers or names are functions, so that another language can order
// and inflect them as it must.

import type { Failure } from "../rpc/failure";
import { count } from "./en-count";
import { enServer } from "./en-server";

function list(names: string[]): string {
  return new Intl.ListFormat("en", { type: "conjunction" }).format(names);
}

export const en = {
  ...enServer,

  common: {
    cancel: "Cancel",
    close: "Close",
    copied: "Copied",
    copy: "Copy",
    dismiss: "Dismiss",
    loading: "Loading",
    retry: "Try again",
    save: "Save",
    saved: "Saved",
  },

  time: {
    today: "Today",
    yesterday: "Yesterday",
    justNow: "just now",
    minutes: (minutes: number) => `${minutes} min ago`,
    hours: (hours: number) => `${hours} h ago`,
    days: (days: number) => `${days} d ago`,
  },

  door: {
    waiting: {
      title: "Opening your node",
      lead: "One moment.",
      offline: "Your node does not answer. Is it running? It is tried again by itself.",
    },
    session: {
      title: "This page needs a ticket",
      reason: {
        none: "Only you may open the chat of your node, so each way in works once.",
        ended: "Your session has ended: the node was restarted, or it was too long ago.",
        used: "This ticket was used already or is more than a minute old.",
        unreachable: "The node does not answer at this address.",
      },
      stepWindow: "Start Folkmoot again; its window opens by itself.",
      stepCommand: "Or get a fresh address for this browser with",
      ticket: "Or paste the address here",
      notATicket: "That is neither an address with a ticket nor a ticket.",
      enter: "Enter",
    },
    firstRun: {
      title: "Welcome to Folkmoot",
      lead: "Chat that belongs to the people in it. No sign-up, no company: your account is a key on this machine.",
      foot: "You can change your name later. Nothing leaves this machine until you invite somebody or join them.",
      name: "What should people call you?",
      namePlaceholder: "Ada",
      nameHelp: "1 to 32 characters; need not be your real name.",
      lock: "Lock my account with a passphrase",
      passphrase: "Passphrase",
      passphraseHelp: "Asked for at each start. Nobody can reset it; your 24 recovery words can make a new one.",
      passphraseAgain: "Once more",
      mismatch: "The two are not the same.",
      start: "Start chatting",
      homeName: "Home",
    },
    unlock: {
      title: "Your node is locked",
      lead: (name: string | undefined) => (name ? `Welcome back, ${name}. ` : "") + "Your keys are sealed until you unlock them.",
      passphrase: "Passphrase",
      unlock: "Unlock",
      wrong: "That is not the passphrase.",
    },
  },

  failure: {
    title: "That did not work",
    text: (failure: Failure): string => {
      const { data } = failure;
      switch (failure.kind) {
        case "disconnected":
          return "The connection to your node is lost.";
        case "no_answer":
        case "timeout":
          return "No answer came in time.";
        case "unauthenticated":
          return "Your session has ended.";
        case "forbidden":
          return data.missing === "level"
            ? "You would need a higher role for that."
            : data.missing
              ? `You would need the permission ${data.missing} for that.`
              : "You may not do that.";
        case "locked":
          return "Your node is locked.";
        case "not_found":
          return "That is not here (any more).";
        case "already_exists":
          return "That exists already.";
        case "conflict":
          return "It was changed meanwhile. Look at it again.";
        case "gone":
          return "That has expired, is used up or was taken back.";
        case "rate_limited":
          return data.retry_after_ms
            ? `Too fast. Try again in ${count(Math.ceil(data.retry_after_ms / 1_000), "second", "seconds")}.`
            : "Too fast. Wait a moment.";
        case "busy":
          return "Your node is busy. Try again in a moment.";
        case "too_large":
          return data.limit ? `That is too long: at most ${data.limit.toLocaleString("en")} bytes.` : "That is too long.";
        case "offline":
          return data.queued ? "Nobody can be reached now; your node will do it later." : "Nobody can be reached now.";
        case "peer_unreachable":
          return "Nobody who could help can be reached now.";
        case "not_synced":
          return "Not everything needed for that is here yet.";
        case "storage":
          return `The disk refuses${data.path ? ` (${data.path})` : ""}: it may be full.`;
        default:
          return failure.message === "" ? "Something went wrong." : sentence(failure.message);
      }
    },
  },

  main: {
    landmark: {
      servers: "Servers",
      channels: "Channels",
      messages: "Messages",
      channel: (name: string) => `Channel ${name}`,
      members: "Members",
      self: "You and your connection",
    },
    createServer: "Create a server",
    joinServer: "Join with a link",
    directory: "Public servers",
    serverLabel: (name: string, unread: number, mentions: number) =>
      name +
      (mentions > 0 ? `, ${count(mentions, "mention", "mentions")}` : "") +
      (unread > 0 ? `, ${count(unread, "unread message", "unread messages")}` : ""),
    serverMenu: (name: string) => `${name}, server menu`,
    channelLabel: (name: string, unread: number, mentions: number) =>
      name +
      (mentions > 0 ? `, ${count(mentions, "mention", "mentions")}` : "") +
      (unread > 0 ? `, ${count(unread, "unread message", "unread messages")}` : ""),
    channelMenu: "Channel menu",
    createChannelIn: (category: string) => `Create a channel in ${category}`,
    noChannels: "No channels yet.",
    openChannels: "Servers and channels",
    messagesIn: (name: string) => `Messages in ${name}`,
    pins: "Pinned messages",
    members: "Members",
    switcher: "Go to …",
    preferences: "Preferences",
    owner: "Owner",
    bot: "bot",
    memberLabel: (name: string, state: string, owner: boolean) => `${name}, ${state.toLocaleLowerCase("en")}${owner ? ", owner" : ""}`,
    syncing: (missing: number) => `Catching up: ${count(missing, "entry", "entries")} missing`,
    connectionTip: "How your node is connected",
    connection: (reach: string, peers: number) =>
      ({
        connecting: "Connecting to your node",
        offline: "No connection to your node",
        alone: "Connected to your node; no other node is reached",
        connected: `Connected to ${count(peers, "node", "nodes")}`,
      })[reach] ?? reach,
    connectionShort: (reach: string, peers: number) =>
      ({ connecting: "Connecting", offline: "Offline", alone: "No peers", connected: count(peers, "peer", "peers") })[reach] ??
      reach,
    lost: (seconds: number) =>
      seconds > 0
        ? `The connection to your node is lost. Trying again in ${seconds} s.`
        : "The connection to your node is lost. Trying again …",
    tryNow: "Try now",
    status: {
      title: "Your status",
      online: "Online",
      idle: "Away",
      dnd: "Do not disturb",
      invisible: "Invisible",
      offline: "Offline",
    },
    nowhere: {
      title: "You are in no server",
      text: "Make a place for your people, join one with a link somebody sent you, or look around.",
      create: "Create a server",
      join: "Join with a link",
      browse: "Browse public servers",
      noChannel: "Nothing to see here yet",
      noChannelText: "This server has no channel that you may see. Create one from the server's menu if you may.",
    },
  },

  serverMenu: {
    settings: "Server settings",
    invite: "Invite people",
    createChannel: "Create a channel",
    createCategory: "Create a category",
    markRead: "Mark all as read",
    copyId: "Copy server id",
    leave: "Leave server",
    leaveTitle: (name: string) => `Leave ${name}?`,
    leaveBody: "Everybody sees that you left. To come back you need an invite, and what is on this machine of it is removed.",
    leaveOwner:
      "You are its only owner. The server goes on without you, but nobody will hold the owner's role any more, unless heirs were named.",
  },

  channelMenu: {
    markRead: "Mark as read",
    mute: "Mute",
    unmute: "Unmute",
    createChannel: "Create a channel here",
    edit: "Edit channel",
    editCategory: "Edit category",
    copyId: "Copy channel id",
  },

  memberMenu: {
    profile: "Profile",
    roles: "Roles",
    timeout: "Timeout",
    kick: "Kick",
    ban: "Ban",
    explain: "Why may they, or not?",
    block: "Block",
    unblock: "Unblock",
    blockTitle: (name: string) => `Block ${name}?`,
    blockBody: "What they write is folded away on this node, and they cannot reach you directly. Nobody is told.",
    blockNow: "Block",
    copyId: "Copy account id",
  },

  explain: {
    title: (name: string, channel: string) => `What ${name} may do in #${channel}`,
    level: (level: number) => `Rank ${level}`,
    may: "May",
    mayNothing: "Nothing.",
    mayNot: "May not",
    steps: "How it comes to that",
    gives: "adds",
    takes: "takes",
    until: (when: string) => `until ${when}`,
  },

  publicServer: {
    word: "Public",
    short: "Public: anyone can read this",
    long: "Everything written in a public server can be read by anyone, and kept by them. Nothing in it is confidential.",
  },

  text: {
    copyCode: "Copy",
    spoiler: "Spoiler, press to show",
    unknownPerson: "unknown person",
    unknownChannel: "unknown channel",
  },

  message: {
    label: (name: string, when: string, text: string) => `${name}, ${when}: ${text}`,
    announce: (name: string, text: string) => `${name}: ${text}`,
    menu: "Message actions",
    more: "More",
    react: "Add a reaction",
    reactWith: (emoji: string) => `React with ${emoji}`,
    reaction: (emoji: string, times: number, mine: boolean) =>
      `${emoji}, ${count(times, "reaction", "reactions")}${mine ? ", one is yours" : ""}`,
    reply: "Reply",
    thread: "Thread",
    edit: "Edit",
    editing: "Edit message",
    editCancel: "Esc to cancel",
    editSave: "Enter to save",
    edited: "(edited)",
    history: "Earlier versions",
    pin: "Pin",
    unpin: "Unpin",
    pinned: "Pinned",
    copy: "Copy text",
    copyId: "Copy message id",
    unread: "Mark unread from here",
    delete: "Delete",
    deleted: "Message deleted",
    blocked: "Message of somebody you have blocked",
    showBlocked: "Show",
    deletedBy: (name: string | undefined, reason: string | null) =>
      `Removed by ${name ?? "a moderator"}${reason ? `: ${reason}` : ""}`,
    deleteDialog: {
      title: "Delete this message?",
      own: "Its text is removed here at once and from every member's node as soon as it hears of it. Who kept a copy keeps it.",
      others: (name: string) =>
        `This removes what ${name} wrote, here at once and from every member's node as soon as it hears of it.`,
      confirm: "Delete",
    },
    replyGone: "The message this answers is not here",
    replies: (replies: number) => count(replies, "reply", "replies"),
    lastReply: (when: string) => `last ${when}`,
    newLine: "New",
    newBar: (messages: number, since: string | null) =>
      count(messages, "new message", "new messages") + (since ? ` since ${since}` : ""),
    markRead: "Mark as read",
    gap: (missing: number, asking: number) =>
      `${count(missing, "message", "messages")} missing, ` +
      (asking > 0 ? `asking ${count(asking, "peer", "peers")}` : "nobody to ask is connected"),
    older: "Earlier messages",
    below: (messages: number) => count(messages, "new message", "new messages"),
    toBottom: "To the newest",
    notHere: "That message is not on this machine.",
    introTitle: "This is the beginning of",
    introText: "Say something: it is kept on the machines of the members, and on nobody else's.",
    introInvite: "Invite people",
    sending: "On its way to your disk",
    notSent: (why: string) => `Not sent. ${why}`,
    discard: "Discard",
    delivery: (state: "queued" | "stored" | "held", holders: number, keepers: number) => {
      if (state === "queued") return "Written down; goes out once its key is here";
      if (state === "stored") return "On your disk; nobody else is known to have it yet";
      return (
        `Held by ${count(holders, "other member", "other members")}` + (keepers > 0 ? ` and ${count(keepers, "keeper", "keepers")}` : "")
      );
    },
  },

  composer: {
    placeholder: (name: string) => `Message #${name}`,
    send: "Send",
    emoji: "Emoji",
    offers: "Suggestions",
    everyone: "everyone",
    replyingTo: "Replying to",
    noReply: "Do not reply",
    archived: "This channel is archived: it can be read, not written in.",
    timeout: (until: string) => `You are in timeout until ${until}.`,
    mayNot: "You may read here, not write.",
    typing: (names: string[]) => {
      if (names.length > 3) return "Several people are typing …";
      return `${list(names)} ${names.length === 1 ? "is" : "are"} typing …`;
    },
  },

  emoji: {
    title: "Emoji",
    search: "Search emoji",
    tone: "Skin tone",
    recent: "Used last",
    none: "No emoji of that name",
    groups: ["Smileys", "People", "Animals and nature", "Food", "Travel", "Activities", "Objects", "Symbols", "Flags"],
  },

  panel: {
    thread: "Thread",
    threadReplies: "Replies",
    threadPlaceholder: "Reply in thread",
    pins: "Pinned messages",
    noPins: "Nothing pinned",
    noPinsText: "Pin what people should find again: it stays here for everybody.",
    jump: "Go to message",
  },

  profile: {
    title: "Profile",
    roles: "Roles",
    joined: "Joined",
    account: "Account",
    copyId: "Copy id",
    edit: "Edit profile",
    gone: "Not here any more",
    goneText: "This person is not a member of this server, or your node has not heard of them yet.",
  },

  network: {
    title: "Network",
    explain: (reach: string) =>
      ({
        connecting: "Speaking to your node.",
        offline: "This page does not reach your node. What you write waits here.",
        alone: "Nobody is reached now. You can read and write; others get it as soon as somebody is connected.",
        connected: "What you write goes out at once, and what you missed is fetched.",
      })[reach] ?? "",
    reachable: "Reachable by others",
    nat: (nat: "unknown" | "public" | "private") =>
      ({ unknown: "not found out yet", public: "directly", private: "only through others" })[nat],
    relayed: "Connections by relay",
    version: "Version",
    gaps: "Missing",
    noGaps: "Nothing is known to be missing.",
    missing: (entries: number) => count(entries, "entry", "entries"),
    peers: "Connected nodes",
    noPeers: "None. Members of your servers are looked for all the time.",
    stranger: "A node of the network",
    direction: (direction: "inbound" | "outbound") => (direction === "inbound" ? "came to you" : "you called"),
    milliseconds: (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`,
    addresses: "Your addresses",
    connect: "Connect to an address",
    connectHelp: "For machines that cannot find each other by themselves.",
    connectNow: "Connect",
  },

  directory: {
    title: "Public servers",
    heading: "Find your people",
    lead: "Servers whose members announce them to everybody. The list comes from other nodes, not from a company; nobody vouches for what is in it.",
    search: "Search by name or subject",
    noTag: (tag: string) => `Not only ${tag}`,
    again: "Look again",
    none: "No public server is known yet",
    noMatch: "Nothing found",
    asked: (asked: number, answered: number, when: string) =>
      asked === 0
        ? "Nobody to ask is connected: this is what your node heard before."
        : `${count(asked, "peer", "peers")} asked, ${answered} answered, ${when}.`,
    more: (more: number) => `${count(more, "server", "servers")} more: search for what you want.`,
    seen: (when: string) => `heard of ${when}`,
    speaks: (language: string) => `Mostly spoken: ${language}`,
    noneText: "Announcements come from the nodes yours is connected to. The more it knows, the more it finds.",
    noDescription: "No description.",
    join: "Join",
    open: "Open",
  },

  createServer: {
    title: "Create a server",
    lead: "It lives on the machines of its members. You are its owner.",
    name: "Name",
    namePlaceholder: "Tea and books",
    who: "Who can join?",
    private: "Private",
    privateHelp: "Only whoever has an invite. What is written is encrypted for the members.",
    public: "Public",
    publicHelp: "Anyone finds it in the directory, joins and reads.",
    description: "What is it about?",
    tags: "Subjects",
    tagsHelp: "Up to eight words, apart by commas.",
    more: "More",
    bootstrap: "Addresses for the first contact",
    bootstrapHelp: "Nodes that newcomers may ask first, as multiaddresses. Left empty, members' own are used.",
    confirm: "Create",
  },

  createChannel: {
    title: "Create a channel",
    categoryTitle: "Create a category",
    name: "Name",
    namePlaceholder: "plans",
    categoryName: "Name",
    categoryPlaceholder: "Projects",
    topic: "Topic",
    topicPlaceholder: "What belongs here",
    kind: "Kind",
    text: "Text",
    textHelp: "Everybody talks.",
    announcement: "Announcements",
    announcementHelp: "A few write, everybody reads.",
    category: "Category",
    noCategory: "None",
    confirm: "Create",
  },

  join: {
    title: "Join a server",
    lead: "Paste the link somebody gave you.",
    link: "Invite link",
    preview: "Where the link leads",
    inviter: "Invited by",
    unknownInviter: "The link does not say who made it.",
    as: "You will appear as",
    expires: (when: string) => `Valid until ${when}`,
    already: "You are a member already.",
    note: "Members see your name, that you joined, and the network addresses of your machine.",
    knocking: "Looking for a member who lets you in …",
    notALink: "That is not an invite link.",
    gone: "This invite has expired, is used up or was taken back.",
    banned: "This server does not let you in.",
    open: "Open",
    confirm: "Join",
    browse: "Public servers",
  },

  invite: {
    title: (name: string) => `Invite people to ${name}`,
    lead: "Whoever has this link can join. Send it by a road you trust.",
    link: "Invite link",
    making: "Making a link …",
    code: "The link as a code to scan",
    expires: "Expires after",
    uses: "Can be used",
    expiry: { "1h": "1 hour", "1d": "1 day", "7d": "7 days", "30d": "30 days", never: "never" },
    useCount: (uses: number | null) => (uses === null ? "without limit" : count(uses, "time", "times")),
    until: (when: string) => `Until ${when}.`,
    note: "Any member who is online can let people in; you need not be there.",
  },

  link: {
    title: "Open this link?",
    leadsTo: "It leads to",
    written: (host: string) => `In its own script: ${host}`,
    pretends: (label: string) => `It is written as “${label}”, which is another address.`,
    account: (name: string) => `“${name}” before the @ is a user name, not where it leads.`,
    plain: "The connection is not encrypted: others on the way can read along.",
    open: "Open in browser",
  },

  history: {
    title: "Versions of this message",
    now: "As it is",
    before: "Earlier",
    first: "As it was written",
    none: "Nothing is kept of a deleted message.",
  },

  switcher: {
    title: "Go to …",
    placeholder: "Where to?",
    results: "Finds",
    none: "Nothing of that name.",
    hint: "@ people   # channels   * servers   > commands",
    commands: {
      create: "Create a server",
      join: "Join with a link",
      directory: "Browse public servers",
      network: "Show the network",
      preferences: "Open preferences",
      keys: "Show all keys",
    },
  },

  keys: {
    title: "Keys",
    groups: { go: "Getting around", write: "Writing", message: "On a message", more: "More" },
    acts: {
      switcher: "Go to server, channel or person",
      channel: "Channel before, next",
      unread: "Unread channel before, next",
      server: "Server before, next",
      landmark: "Next part of the window",
      send: "Send",
      line: "New line",
      editLast: "Edit your last message",
      mention: "Mention somebody",
      channelMention: "Mention a channel",
      emoji: "Emoji by name",
      walk: "Message before, next",
      reply: "Reply",
      edit: "Edit",
      react: "React",
      thread: "Open thread",
      pin: "Pin",
      copy: "Copy text",
      markUnread: "Mark unread from here",
      delete: "Delete",
      menu: "All actions",
      markRead: "Close, or mark channel as read",
      preferences: "Preferences",
      sheet: "This sheet",
    },
  },

  recovery: {
    title: "Recovery words",
    lead: "These 24 words are your account. Whoever has them is you; without them nobody can bring your account back when this machine is lost.",
    warning: "They are shown this once. Write them on paper, in order. Do not photograph or send them.",
    copy: "Copy",
    done: "I wrote them down",
    gone: "The words were shown once",
    goneText: "They are kept nowhere, so that nobody can find them. If you have them on paper, all is well.",
    checkTitle: "Do you still have your recovery words?",
    checkLead: "Three of them tell.",
    word: (number: number) => `Word ${number}`,
    wrong: "These are not the words. Check their numbers.",
    right: "Right. Keep that paper safe.",
    noCheck: "There is nothing to compare with on this machine: the words were not confirmed when they were shown.",
    checkConfirm: "Check",
    nudge: "Do you still have your 24 recovery words?",
  },

  prefs: {
    title: "Preferences",
    pages: { profile: "You", looks: "Looks", notifications: "Notifications", safety: "Safety" },
    profile: {
      avatarHelp: "Letters and colour are made of your name and your key.",
      name: "Name",
      nameHelp: "Everybody in your servers sees it.",
      bio: "About you",
      status: "A few words beside your name",
    },
    looks: {
      theme: "Theme",
      themes: { system: "As the system", light: "Light", dark: "Dark", contrast: "High contrast" },
      density: "Density",
      densities: { cosy: "Cosy", compact: "Compact" },
      densityHelp: { cosy: "Room around every message", compact: "More messages at once" },
      fontSize: (pixels: number) => `Text size: ${pixels}`,
      motion: "Reduce motion",
      motionHelp: "Otherwise as the system says.",
      language: "Language",
      languageHelp: "The test language shows every text longer and from right to left.",
      pseudo: "Test language, right to left",
    },
    notifications: {
      ask: "This browser does not show notifications of Folkmoot yet.",
      allow: "Allow",
      which: "Notify me of",
      levels: { usual: "As usual", all: "Every message", mentions: "Mentions", none: "Nothing" },
      usualHelp: "As usual: every message in private servers, mentions in public ones. Your node decides, for every window.",
      keywords: "Words that count as a mention",
      keywordsHelp: "Apart by commas.",
      quietFrom: "Quiet from",
      quietTo: "until",
      hour: (hour: number) => `${String(hour).padStart(2, "0")}:00`,
      quietHelp: "Both the same: no quiet hours.",
    },
    safety: {
      fingerprint: "Your key's fingerprint",
      fingerprintHelp: "Compare it with others by voice or in person, to be sure that nobody stands between you.",
      account: "Your account",
      recoveryHelp: "The 24 words bring your account back on another machine.",
      showPhrase: "Show the words",
      checkPhrase: "Check that I have them",
      lockTitle: "Lock",
      lockHelp: "Seals your keys until the passphrase is given. Only of use if you set one.",
      lockNow: "Lock now",
    },
  },
};

/** What the node says, as a sentence. */
function sentence(text: string): string {
  const start = text.charAt(0).toLocaleUpperCase("en") + text.slice(1);
  return /[.!?…]$/.test(start) ? start : `${start}.`;
}
