// Generated from rpc/openrpc.json by `npm run gen`; do not edit.

/** Version of the contract. */
export const CONTRACT_VERSION = "1.0";

/** A page of a list. */
export type Page<T> = {
  items: T[];
  next_cursor?: string | null;
  prev_cursor?: string | null;
};

/** Something was made; `replayed` tells that this is the first call's result come again. */
export type Made<T> = T & { replayed?: boolean };

export type AccountId = `acc_${string}`;

/** A consumer's place; never moves back. */
export type AckResult = {
  /** The reader. */
  consumer: string;
  /** Its place now. */
  seq: number;
};

/** An act of governance. */
export type Act = {
  /** The event that does it; absent after a dry run, and where nothing had to be done. */
  event_id?: ActId | null;
  /** Who does what to whom, in words. */
  summary: string;
  /** True when it was only tried out: it would be allowed. */
  dry_run?: boolean;
};

export type ActId = `act_${string}`;

/** A file of a message. */
export type Attachment = {
  /** The bytes. */
  blob_id: BlobId;
  /** File name. */
  name: string;
  /** Bytes. */
  size: number;
  /** Media type. */
  mime: string;
};

/** A file to send with a message. */
export type AttachmentRef = {
  /** The bytes. */
  blob_id: BlobId;
  /** File name. */
  name?: string | null;
};

/** One act of governance. */
export type AuditItem = {
  /** The event. */
  event_id: ActId;
  /** Its kind, such as `REMOVE`, by the words of the protocol. */
  type: string;
  /** When, milliseconds UTC by its author's clock. */
  at: number;
  /** Who. */
  actor: Person;
  /** The level by which it was done. */
  level: number;
  /** Whom it is about. */
  target?: Person | null;
  /** The channel it is about. */
  channel_id?: ChannelId | null;
  /** The role it is about. */
  role_id?: RoleId | null;
  /** The invite it is about. */
  invite_id?: InviteId | null;
  /** The reason its author gave. */
  reason?: string | null;
  /** The act in one line. */
  summary: string;
  /** Whether it counts. */
  effective: boolean;
  /** Why it does not. */
  why?: string | null;
  /** What took it away, if only that did: a ratification restores it. */
  killers?: ActId[];
};

/** Who wrote it. */
export type Author = {
  /** The account. */
  account_id: AccountId;
  /** The name others see. */
  display_name: string;
  /** Whether a program wrote it. */
  bot: boolean;
};

/** Somebody who is kept out. */
export type BanItem = {
  /** Who. */
  account_id: AccountId;
  /** The name others saw. */
  display_name: string;
  /** The reason given; may be empty. */
  reason: string;
  /** Whose ban it is. */
  by: AccountId;
  /** When, milliseconds UTC. */
  at: number;
  /** The act. */
  event_id: ActId;
};

export type BlobId = `blb_${string}`;

/** A channel. */
export type Channel = {
  /** The channel. */
  id: ChannelId;
  /** Where it is. */
  server_id: ServerId;
  /** 1 to 64 characters. */
  name: string;
  /** What it is for. */
  kind: ChannelKind;
  /** At most 256 characters; may be empty. */
  topic: string;
  /** The category it stands in. */
  parent_id?: ChannelId | null;
  /** Its place among those beside it, from 0. */
  position: number;
  /** Whether it has members of its own, and keys that only they hold. */
  private: boolean;
  /** Whether nothing more can be written. */
  archived: boolean;
  /** What newcomers may read. */
  history: History;
  /** Days after which messages are dropped. */
  retention?: number | null;
  /** The newest message. */
  last_message_id?: MessageId | null;
  /** The newest message read. */
  read_up_to?: MessageId | null;
  /** Messages after it. */
  unread: number;
  /** Those of them that mention one. */
  mentions: number;
  /** Whether it stays silent: only what names or answers one raises a notification. */
  muted: boolean;
  /** Grows with every change. */
  rev: number;
};

/** What is known to exist in a channel and is not here. */
export type ChannelGaps = {
  /** The channel. */
  channel_id: ChannelId;
  /** Places at which something is missing. */
  gaps: number;
  /** Messages missing there, as far as is known. */
  missing: number;
};

export type ChannelId = `chn_${string}`;

/** What a channel is for. */
export type ChannelKind = "text" | "announcement" | "category";

/** A channel's overrides. */
export type ChannelPermissions = {
  /** The channel. */
  channel_id: ChannelId;
  /** Roles first. */
  overrides: Override[];
  /** The channel's revision. */
  rev: number;
};

/** Who answered. */
export type Connected = {
  /** The peer's name in the overlay. */
  peer_id: string;
};

/** A person as this node keeps them. */
export type Contact = {
  /** The same as `account_id`: every object has an `id`. */
  id: AccountId;
  /** The person. */
  account_id: AccountId;
  /** The name others see; empty when this node never met them. */
  display_name: string;
  /** Whether their messages are hidden here and they cannot reach this account directly. */
  blocked: boolean;
  /** Since when, milliseconds UTC. */
  blocked_at?: number | null;
};

/** Why a message is empty. */
export type Deletion = {
  /** Who removed it. */
  by: AccountId;
  /** Why. */
  reason?: string | null;
  /** When, milliseconds UTC. */
  at: number;
};

/** Who has a message. */
export type Delivery = {
  /** How far it has come. */
  state: DeliveryState;
  /** Members' nodes known to have it, besides this one. */
  holders: number;
  /** Keepers known to have it. */
  keepers: number;
};

/** Who has a message, by name. */
export type DeliveryReport = {
  /** The message. */
  message_id: MessageId;
  /** How far it has come. */
  state: DeliveryState;
  /** Members' nodes known to have it, besides this one. */
  holders: number;
  /** Keepers known to have it. */
  keepers: number;
  /** Accounts at least one node of which is known to have it, besides this node; at most 1,000. */
  held_by: AccountId[];
};

/** How far a message has come. */
export type DeliveryState = "queued" | "stored" | "held";

export type DeviceId = `dev_${string}`;

/** Who opened a connection. */
export type Direction = "inbound" | "outbound";

/** Who is gone. */
export type Disconnected = {
  /** The peer's name in the overlay. */
  peer_id: string;
};

/** What was found, and how far to trust that it is all there is. */
export type Discovered = {
  /** The best matches first. */
  items: Listing[];
  /** Matches beyond the limit. */
  more: number;
  /** Peers that were asked. */
  asked: number;
  /** Of them those that answered. 0 of 0: nobody is connected, and the items are what was heard before. */
  answered: number;
  /** How long ago they were asked, milliseconds. */
  age_ms: number;
};

/** An OpenRPC 1.4 document, as it stands in `/openrpc.json`. */
export type Document = Record<string, unknown>;

/** Done; there is nothing to tell. */
export type Done = Record<string, unknown>;

/** What was begun in a channel. */
export type Draft = {
  /** Where. */
  channel_id: ChannelId;
  /** The text; empty where there is none. */
  content: string;
  /** When it was last changed, milliseconds UTC. */
  updated_at?: number | null;
};

/** What holds at a place. */
export type EffectiveNotificationSettings = {
  /** The level of the nearest place that has one; without any, `all` in private servers and `mentions` in public ones. */
  level: NotificationLevel;
  /** The keywords of the place and of those around it. */
  keywords: string[];
  /** The hours of the nearest place that has any. */
  quiet_hours?: QuietHours | null;
};

/** `data` of an error object. */
export type ErrorData = {
  /** The kind's word. */
  kind: string;
  /** Whether the same call may succeed later. */
  retryable: boolean;
  /** Names this failure in the node's log. */
  trace_id: string;
  /** Milliseconds after which trying again makes sense. */
  retry_after_ms?: number | null;
  /** The scope, permission bit or `level` that is missing. */
  missing?: string | null;
  /** The parameter or field at fault. */
  field?: string | null;
  /** The bound that was exceeded; bytes for texts. */
  limit?: number | null;
  /** The object's revision now. */
  current_rev?: number | null;
  /** Whether the node will do it once it can. */
  queued?: boolean | null;
  /** How much of it is here, 0 to 1. */
  progress?: number | null;
  /** The oldest event kept. */
  oldest_seq?: number | null;
  /** The newest event. */
  head_seq?: number | null;
  /** The last event the subscriber was sent. */
  last_seq?: number | null;
  /** The path the disk refused. */
  path?: string | null;
  /** The source file at fault. */
  file?: string | null;
  /** Line in that file, from 1. */
  line?: number | null;
  /** Column in that line, from 1. */
  col?: number | null;
  /** What would repair it. */
  hint?: string | null;
  /** The limit of a bot that was used up. */
  which?: string | null;
  /** The scope a bot needed. */
  needed?: string | null;
};

/** Something that happened. */
export type Event = {
  /** Its place in the log of this node: from 1, without gaps. */
  seq: number;
  /** Names it for good. */
  id: string;
  /** What happened. */
  type: string;
  /** When this node learned of it, milliseconds UTC. */
  ts: number;
  /** When it happened. */
  hlc: Hlc;
  /** Whose doing it was, if anybody's. */
  actor?: AccountId | null;
  /** Where. */
  server_id?: ServerId | null;
  /** Where. */
  channel_id?: ChannelId | null;
  /** The whole object as its `get` returns it now. */
  data: unknown;
};

export type EventItem = Event | {
  type: "stream.live";
  seq: number;
};

/** Why somebody may, or may not. */
export type Explanation = {
  /** Who. */
  account_id: AccountId;
  /** Where. */
  channel_id: ChannelId;
  /** Level of the highest role; 0 for nobody. */
  level: number;
  /** What is held in the end. */
  permissions: Permission[];
  /** What is not. */
  missing: Missing[];
  /** How it came to that. */
  steps: Step[];
};

/** Messages that are known to exist and not here. */
export type Gap = {
  /** The place after which something is missing. */
  from: Hlc;
  /** The place before which something is missing. */
  to: Hlc;
  /** How many at least. */
  missing: number;
  /** Peers that are asked for them. */
  asking: number;
};

/** A gap in its place in the list. */
export type GapItem = {
  /** What is missing. */
  gap: Gap;
};

/** What is kept. */
export type HeadResult = {
  /** The newest event; 0 while there is none. */
  seq: number;
  /** The oldest event kept. */
  oldest_seq: number;
};

/** One thing that was looked at. */
export type HealthCheck = {
  /** What: `storage`, `overlay`, `identity`, … */
  name: string;
  /** Whether it works. */
  ok: boolean;
  /** Why not, or how well. */
  detail?: string | null;
};

/** State of the node's parts. */
export type HealthReport = {
  /** All in one word. */
  status: HealthStatus;
  /** Part by part. */
  checks: HealthCheck[];
};

/** Whether the node does what it should. */
export type HealthStatus = "ok" | "degraded";

/** An heir's word for a steward. */
export type HeirSignature = {
  /** The heir. */
  heir_id: AccountId;
  /** Whom the heir wants. */
  account_id: AccountId;
};

/** Who may appoint a steward. */
export type Heirs = {
  /** The server. */
  server_id: ServerId;
  /** The heirs; empty while none are named. */
  account_ids: AccountId[];
  /** How many of them it takes; 0 while none are named. */
  threshold: number;
  /** What they have signed and was not used yet. */
  signatures: HeirSignature[];
  /** Grows with every change. */
  rev: number;
};

/** What newcomers may read. */
export type History = {
  mode: "everything";
} | {
  mode: "since_joining";
} | {
  mode: "days";
  /** How many. */
  days: number;
};

export type Hlc = string;

/** The account of this node. */
export type Identity = {
  /** The same as `account_id`: every object has an `id`. */
  id: AccountId;
  /** The person. */
  account_id: AccountId;
  /** This machine. */
  device_id: DeviceId;
  /** The account's key in a form people can compare. */
  fingerprint: string;
  /** The name others see. */
  display_name: string;
  /** A text about oneself. */
  bio?: string | null;
  /** A picture. */
  avatar?: BlobId | null;
  /** Locked or ready. */
  state: IdentityState;
  /** Grows with every change. */
  rev: number;
};

/** What can be done with the identity now. */
export type IdentityState = "locked" | "ready";

/** An invite. */
export type Invite = {
  /** The invite. */
  id: InviteId;
  /** The same as `id`. */
  invite_id: InviteId;
  /** Where it leads. */
  server_id: ServerId;
  /** What the newcomer is given; whoever has it may join. Empty where another node made it: the link is known there only. */
  link: string;
  /** The link as a QR code, an SVG image; empty with it. */
  qr_svg: string;
  /** The role a newcomer gets. */
  role_id: RoleId;
  /** How many may come. */
  max_uses?: number | null;
  /** How many have come. */
  uses: number;
  /** Until when, milliseconds UTC. */
  expires_at?: number | null;
  /** Who made it. */
  created_by: AccountId;
  /** Whether it was taken back. */
  revoked: boolean;
};

export type InviteId = `inv_${string}`;

/** What a link leads to, read from the link alone: nobody is asked. */
export type InvitePreview = {
  /** Where it leads. */
  server_id: ServerId;
  /** The server's name as the link tells it. */
  server_name: string;
  /** Until when, milliseconds UTC. */
  expires_at?: number | null;
  /** Where members can be found. */
  addresses: string[];
  /** Who made it, if the link or this node knows. */
  inviter?: Inviter | null;
  /** The name under which one will appear. */
  display_name?: string | null;
  /** Whether one is a member already. */
  already_member: boolean;
};

/** Who invites. */
export type Inviter = {
  /** The account. */
  account_id: AccountId;
  /** The name others see. */
  display_name: string;
};

/** The server that was left. */
export type Left = {
  /** The server. */
  server_id: ServerId;
};

/** A public server as strangers see it. Told by others: a hint until one has joined. */
export type Listing = {
  /** The server. */
  id: ServerId;
  /** The same; what `server.join` takes. */
  server_id: ServerId;
  /** 1 to 64 characters. */
  name: string;
  /** What it is about, perhaps cut; may be empty. */
  description: string;
  /** Words to find it by. */
  tags: string[];
  /** What is mostly spoken, as `en` or `pt-br`. */
  language?: string | null;
  /** Always public: anyone may join and read. */
  visibility: Visibility;
  /** Whether one is a member already. */
  joined: boolean;
  /** When it was signed, milliseconds UTC. */
  updated_at: number;
  /** When this node last heard of it, milliseconds UTC. */
  seen_at: number;
};

/** A member of a server. */
export type Member = {
  /** The same as `account_id`: every object has an `id`. */
  id: AccountId;
  /** The person. */
  account_id: AccountId;
  /** The name others see. */
  display_name: string;
  /** Roles held. */
  roles: RoleId[];
  /** The level of the highest of them. */
  level: number;
  /** When, milliseconds UTC. */
  joined_at: number;
  /** What the member tells about oneself. */
  bio?: string | null;
  /** Whether the member is there and does not hide it. */
  online: boolean;
  /** How. */
  status: PresenceStatus;
  /** A few words beside the name. */
  status_text?: string | null;
  /** Whether it is a program. */
  bot: boolean;
  /** Until when the member may not write, milliseconds UTC. */
  timeout_until?: number | null;
};

/** A message. */
export type Message = {
  /** The message. */
  id: MessageId;
  /** Where. */
  server_id: ServerId;
  /** Where. */
  channel_id: ChannelId;
  /** Who wrote it. */
  author: Author;
  /** The text; empty once deleted. */
  content: string;
  /** When it was written, milliseconds UTC; for showing only, order is `hlc`. */
  created_at: number;
  /** When it was last changed, milliseconds UTC. */
  edited_at?: number | null;
  /** Grows with every change. */
  rev: number;
  /** Its place in the channel. */
  hlc: Hlc;
  /** The message it answers. */
  reply_to?: MessageId | null;
  /** The message whose thread it stands in. */
  thread_id?: MessageId | null;
  /** The thread that begins with it, once somebody answered there. */
  thread?: Thread | null;
  /** Files. */
  attachments: Attachment[];
  /** Accounts it names: those whose `<@acc_…>` stands in the text. */
  mentions: AccountId[];
  /** Whether it calls everybody: `@everyone` by somebody who may. */
  mention_everyone: boolean;
  /** Emoji, the one used first before the others; at most 20. */
  reactions: Reaction[];
  /** Whether it is pinned. */
  pinned: boolean;
  /** Why it is empty. */
  deleted?: Deletion | null;
  /** Who has it. */
  delivery: Delivery;
};

export type MessageId = `msg_${string}`;

/** A row of `message.list`: a gap has no `id`. */
export type MessageItem = Message | GapItem;

/** A page of messages, newest first. */
export type MessagePage = {
  /** Messages and gaps. */
  items: MessageItem[];
  /** Where the older page begins. */
  next_cursor?: string | null;
  /** Where the newer page begins. */
  prev_cursor?: string | null;
};

/** Messages an author may send. */
export type MessageRate = {
  /** In the long run. */
  per_second: number;
  /** At once. */
  burst: number;
};

/** A permission that is not held. */
export type Missing = {
  /** Which. */
  permission: Permission;
  /** Why. */
  because: string;
};

/** Whether others can reach this node. */
export type NatStatus = "unknown" | "public" | "private";

/** How this node is connected. */
export type NetStatus = {
  /** Name of this node in the overlay. */
  peer_id: string;
  /** Whether others can reach it. */
  nat: NatStatus;
  /** Addresses it listens on. */
  listen: string[];
  /** Addresses others see it under. */
  external: string[];
  /** Connections through a relay. */
  relayed: number;
  /** Peers connected. */
  peers: number;
  /** Counters since the start by name; names may come and go. */
  counters: Record<string, number>;
};

/** What this node is and where it listens. */
export type NodeInfo = {
  /** Version of the program. */
  version: string;
  /** Version of the contract. */
  api: string;
  /** Optional capabilities of this build. */
  features: string[];
  /** Name of the node in the overlay. */
  peer_id: string;
  /** Addresses it listens on. */
  listen: string[];
  /** Milliseconds since it started. */
  uptime_ms: number;
  /** Absolute path of its data folder. */
  data_dir: string;
};

/** What the node holds and has done since it started. */
export type NodeStats = {
  /** Milliseconds since it started. */
  uptime_ms: number;
  /** Resident memory in bytes, if the platform tells. */
  memory_bytes?: number | null;
  /** Bytes of the database on disk. */
  disk_bytes: number;
  /** Servers joined. */
  servers: number;
  /** Channels known. */
  channels: number;
  /** Messages kept. */
  messages: number;
  /** The newest event of the event log. */
  head_seq: number;
  /** Peers connected. */
  peers: number;
  /** Counters since the start by name; names may come and go. */
  counters: Record<string, number>;
};

/** A message one is told of. */
export type Notification = {
  /** The message's id. */
  id: MessageId;
  /** Where. */
  server_id: ServerId;
  /** Where. */
  channel_id: ChannelId;
  /** Why. */
  reason: NotificationReason;
  /** Whether the channel was read up to it. */
  read: boolean;
  /** The message as it is now. */
  message: Message;
};

/** What raises `notification.created`. */
export type NotificationLevel = "all" | "mentions" | "none";

/** Why somebody is told of a message. */
export type NotificationReason = "mention" | "reply" | "keyword" | "message";

/** The settings of a channel, of a server, or of everything. */
export type NotificationSettings = {
  /** The server, in settings of a server or channel. */
  server_id?: ServerId | null;
  /** The channel, in settings of a channel. */
  channel_id?: ChannelId | null;
  /** What was set here. */
  level?: NotificationLevel | null;
  /** What was set here. */
  keywords: string[];
  /** What was set here. */
  quiet_hours?: QuietHours | null;
  /** What holds here, with what was set around it. Where no server is named, as in a private one. */
  effective: EffectiveNotificationSettings;
  /** Grows with every change; 0 where nothing was set. */
  rev: number;
};

/** What everybody with a role, or one person, may do otherwise. Exactly one of `role_id` and `account_id` is there. */
export type Override = {
  /** Everybody with this role. */
  role_id?: RoleId | null;
  /** This person. */
  account_id?: AccountId | null;
  /** Added, after `deny`. */
  allow?: Permission[];
  /** Taken away. */
  deny?: Permission[];
};

/** What one says of oneself. */
export type OwnPresence = {
  /** The status. */
  status: OwnStatus;
  /** A few words beside the name. */
  text?: string | null;
};

/** What one says of oneself. */
export type OwnStatus = "online" | "idle" | "dnd" | "invisible";

/** A connected node. */
export type Peer = {
  /** The same as `peer_id`: every object has an `id`. */
  id: string;
  /** Its name in the overlay. */
  peer_id: string;
  /** Where it is connected from or to. */
  addresses: string[];
  /** Who opened the connection. */
  direction: Direction;
  /** Since when, milliseconds UTC. */
  connected_at: number;
  /** Round trip in milliseconds, once measured. */
  rtt_ms?: number | null;
  /** What it says it runs. */
  agent?: string | null;
  /** Whose it is, if it is a member of a server of ours. */
  account_id?: AccountId | null;
};

/** One right in a server. */
export type Permission = "MANAGE_SERVER" | "MANAGE_ROLE" | "MANAGE_CHANNEL" | "GRANT" | "KICK" | "BAN" | "INVITE" | "MUTE" | "STORE" | "ROTATE" | "VIEW" | "SEND" | "ATTACH" | "REACT" | "PIN" | "MENTION_ALL" | "REDACT_OTHERS";

/** Somebody by id and name. */
export type Person = {
  /** The person. */
  account_id: AccountId;
  /** The name others see; empty when this node never met them. */
  display_name: string;
};

/** Events and where to go on. */
export type PollResult = {
  /** The events, oldest first. */
  items: Event[];
  /** `since` of the next call. */
  next_since: number;
  /** The newest event. */
  head: number;
};

/** What a subscription delivers. */
export type PresenceItem = {
  type: "typing";
  /** Where. */
  server_id: ServerId;
  /** Where. */
  channel_id: ChannelId;
  /** Who. */
  account_id: AccountId;
  /** When it ends unless it is heard again, milliseconds UTC. */
  until: number;
} | {
  type: "presence";
  /** Where. */
  server_id: ServerId;
  /** Who. */
  account_id: AccountId;
  /** The status. */
  status: PresenceStatus;
  /** A few words beside the name. */
  text?: string | null;
  /** When it ends unless it is heard again, milliseconds UTC; of `offline`: since when. */
  until: number;
};

/** What is known of somebody. */
export type PresenceStatus = "online" | "idle" | "dnd" | "invisible" | "offline";

/** Hours in which nothing is raised. They may reach over midnight; equal ends are the whole day. */
export type QuietHours = {
  /** Minute of the day at which they begin, 0 to 1439. */
  from_minute: number;
  /** Minute of the day at which they end, 0 to 1439. */
  to_minute: number;
  /** Minutes by which the clock on the wall is ahead of UTC, -840 to 840. */
  utc_offset_minutes: number;
};

/** What was brought back. */
export type Ratified = {
  /** The event that does it; absent after a dry run, and where nothing had to be done. */
  event_id?: ActId | null;
  /** Who does what to whom, in words. */
  summary: string;
  /** True when it was only tried out: it would be allowed. */
  dry_run?: boolean;
  /** Acts that count again. */
  restored: ActId[];
};

/** An emoji and who used it. */
export type Reaction = {
  /** The emoji. */
  emoji: string;
  /** How many. */
  count: number;
  /** Whether one did oneself. */
  me: boolean;
};

/** What remains unread. */
export type ReadState = {
  /** The channel. */
  channel_id: ChannelId;
  /** The newest message read. */
  read_up_to: MessageId;
  /** Messages after it. */
  unread: number;
  /** Those of them that mention one. */
  mentions: number;
};

/** A role of a server. */
export type Role = {
  /** The role. */
  id: RoleId;
  /** The same as `id`. */
  role_id: RoleId;
  /** Where. */
  server_id: ServerId;
  /** 1 to 64 characters. */
  name: string;
  /** 1 to 100: whoever stands higher decides about it. */
  level: number;
  /** What it holds. */
  permissions: Permission[];
  /** Whether every server has it: then it cannot be renamed or deleted. */
  builtin: boolean;
  /** How many hold it. */
  members: number;
  /** Grows with every change. */
  rev: number;
};

export type RoleId = string;

/** An act that was lost. */
export type RollbackItem = {
  /** The event. */
  event_id: ActId;
  /** Its kind, such as `CHANNEL_PUT`. */
  type: string;
  /** Whose act it was. */
  author: Person;
  /** When, milliseconds UTC by its author's clock. */
  at: number;
  /** The act in one line. */
  summary: string;
  /** What took it away. */
  killers: ActId[];
  /** The level it takes to bring it back. */
  level: number;
  /** Whether one's own level is enough. */
  can_ratify: boolean;
};

/** What one step of the evaluation goes by. */
export type Rule = "not_member" | "everything" | "role" | "role_override" | "account_override" | "timeout" | "archived" | "closed";

/** A server. */
export type Server = {
  /** The server. */
  id: ServerId;
  /** 1 to 64 characters. */
  name: string;
  /** What it is about; may be empty. */
  description: string;
  /** Who can join. */
  visibility: Visibility;
  /** Words to find it by. */
  tags: string[];
  /** What is mostly spoken, as `en` or `pt-br`. */
  language?: string | null;
  /** Addresses where newcomers find a member. */
  bootstrap: string[];
  /** Who cannot be outranked. */
  owners: AccountId[];
  /** The level of one's own highest role. */
  level: number;
  /** The permission bits one holds, by name. */
  permissions: string[];
  /** Channels one can see. */
  channels_count: number;
  /** Members. */
  members_count: number;
  /** Messages unread. */
  unread: number;
  /** Unread messages that mention one. */
  mentions: number;
  /** What is missing here. */
  sync: SyncStatus;
  /** Messages an author may send. */
  message_rate: MessageRate;
  /** Grows with every change. */
  rev: number;
};

export type ServerId = `srv_${string}`;

/** How complete a server is here. */
export type ServerSync = {
  /** The server. */
  server_id: ServerId;
  /** Messages missing in all channels, as far as is known. */
  missing: number;
  /** The channels in which something is missing. */
  channels: ChannelGaps[];
  /** The connected members' nodes: each is asked every half minute, and when something hints at news. */
  peers: SyncPeer[];
};

/** How far a succession is. */
export type Signed = {
  /** The event that does it; absent after a dry run, and where nothing had to be done. */
  event_id?: ActId | null;
  /** Who does what to whom, in words. */
  summary: string;
  /** True when it was only tried out: it would be allowed. */
  dry_run?: boolean;
  /** Heirs who have signed for the same person. */
  signatures: number;
  /** How many it takes. */
  threshold: number;
  /** The event that makes the steward, once enough have signed. */
  succession_id?: ActId | null;
};

/** One step of the evaluation, in its order. */
export type Step = {
  /** What it goes by. */
  rule: Rule;
  /** The role it is about. */
  role_id?: RoleId | null;
  /** The act it is about. */
  event_id?: ActId | null;
  /** Until when, milliseconds UTC. */
  until?: number | null;
  /** What it added to what was held before. */
  gives: Permission[];
  /** What it took from what was held before. */
  takes: Permission[];
  /** The step in words. */
  text: string;
};

/** A member's node that is asked for what is missing. */
export type SyncPeer = {
  /** Its name in the overlay. */
  peer_id: string;
  /** Whose it is. */
  account_id?: AccountId | null;
  /** Whether it is being asked now. */
  asking: boolean;
  /** When it was last asked to the end, milliseconds UTC. */
  synced_at?: number | null;
  /** Why the last asking ended early, if it did. */
  error?: string | null;
};

/** How complete this node's copy is. */
export type SyncState = "synced" | "syncing" | "offline";

/** What is missing here. */
export type SyncStatus = {
  /** All in one word. */
  state: SyncState;
  /** Entries known to exist and not here. */
  missing: number;
};

/** The thread that begins with a message. */
export type Thread = {
  /** Messages in it that are not deleted. */
  replies: number;
  /** When the newest of them was written, milliseconds UTC. */
  last_reply_at: number;
};

/** An address that opens the interface, once. */
export type TicketedAddress = {
  /** The interface's address with the ticket in its fragment. Who opens it first is in: show it to nobody else. */
  url: string;
  /** Milliseconds UTC after which it opens nothing. */
  expires_at: number;
};

/** A value kept under a key. */
export type UiState = {
  /** The key. */
  key: string;
  /** Any JSON; `null` where nothing is kept. */
  value: unknown;
  /** Grows with every change; 0 where nothing is kept. */
  rev: number;
};

/** What a message said at one time. */
export type Version = {
  /** The text. */
  content: string;
  /** Since when it said so, milliseconds UTC; of the first version: when it was written. */
  edited_at: number;
  /** The same as a clock; orders the versions. */
  hlc: Hlc;
};

/** Who can find and join a server. */
export type Visibility = "public" | "private";

/** Every method of the node: its parameters and its result. */
export interface Methods {
  /** Closes a channel to everything but reading, or opens it again. */
  "channel.archive": {
    params: {
      /** The channel. */
      channel_id: ChannelId;
      /** False opens it again. */
      archived?: boolean;
      /** Refused with 2003 unless the channel still has this revision. */
      if_rev?: number | null;
      /** Only tells whether it would be allowed. */
      dry_run?: boolean;
    };
    result: Channel;
  };
  /** Makes a channel. */
  "channel.create": {
    params: {
      /** Where. */
      server_id: ServerId;
      /** 1 to 64 characters. */
      name: string;
      /** What it is for; `text` when left out. */
      kind?: ChannelKind;
      /** The category to stand in. */
      parent_id?: ChannelId | null;
      /** At most 256 characters. */
      topic?: string | null;
      /**
       * Whether it has members of its own: at first whoever makes it, and owners and stewards; others by
       * `channel.permissions.set`.
       */
      private?: boolean;
      /** Makes the call repeatable. */
      nonce?: string | null;
    };
    result: Made<Channel>;
  };
  /** One channel. */
  "channel.get": {
    params: {
      /** The channel. */
      channel_id: ChannelId;
    };
    result: Channel;
  };
  /** The channels of a server that one can see, in their order. */
  "channel.list": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** Items of the page. */
      limit?: number;
      /** Where the page begins. */
      cursor?: string | null;
    };
    result: Page<Channel>;
  };
  /** Marks a channel read up to a message; never moves back. */
  "channel.mark_read": {
    params: {
      /** The channel. */
      channel_id: ChannelId;
      /** The newest message read. */
      up_to: MessageId;
    };
    result: ReadState;
  };
  /** Moves a channel to another place or category. */
  "channel.move": {
    params: {
      /** The channel. */
      channel_id: ChannelId;
      /** The category to stand in; outside all of them when left out. */
      parent_id?: ChannelId | null;
      /** The place among the others there, from 0; the last when left out. */
      position?: number | null;
      /** Refused with 2003 unless the channel still has this revision. */
      if_rev?: number | null;
    };
    result: Channel;
  };
  /** Silences a channel for oneself, or lets it speak again; mentions and replies still come. */
  "channel.mute": {
    params: {
      /** The channel. */
      channel_id: ChannelId;
      /** Whether it stays silent from now on. */
      muted: boolean;
    };
    result: Channel;
  };
  /** What somebody may do in a channel, and step by step why. */
  "channel.permissions.explain": {
    params: {
      /** Where. */
      channel_id: ChannelId;
      /** Who. */
      account_id: AccountId;
    };
    result: Explanation;
  };
  /** Who may do otherwise in a channel than in the server. */
  "channel.permissions.get": {
    params: {
      /** The channel. */
      channel_id: ChannelId;
    };
    result: ChannelPermissions;
  };
  /** Changes who may do otherwise in a channel; allows no more than one holds oneself. */
  "channel.permissions.set": {
    params: {
      /** The channel. */
      channel_id: ChannelId;
      /** Each replaces what stood for the same role or person; one that allows and denies nothing removes it; others stay. */
      overrides: Override[];
      /** Refused with 2003 unless the channel still has this revision. */
      if_rev?: number | null;
      /** Only tells what would stand. */
      dry_run?: boolean;
    };
    result: ChannelPermissions;
  };
  /** Says that one is writing, for the next 8 s; call it every few seconds while it goes on. */
  "channel.typing": {
    params: {
      /** The channel. */
      channel_id: ChannelId;
    };
    result: Done;
  };
  /** Changes a channel's name or topic. */
  "channel.update": {
    params: {
      /** The channel. */
      channel_id: ChannelId;
      /** 1 to 64 characters. */
      name?: string | null;
      /** At most 256 characters. */
      topic?: string | null;
      /** Refused with 2003 unless the channel still has this revision. */
      if_rev?: number | null;
    };
    result: Channel;
  };
  /** Hides what a person writes, on this node only, and refuses direct contact. */
  "contact.block": {
    params: {
      /** The person. */
      account_id: AccountId;
    };
    result: Contact;
  };
  /** The people this node keeps something about. */
  "contact.list": {
    params: {
      /** Items of the page. */
      limit?: number;
      /** Where the page begins. */
      cursor?: string | null;
    };
    result: Page<Contact>;
  };
  /** Shows what a person writes again. */
  "contact.unblock": {
    params: {
      /** The person. */
      account_id: AccountId;
    };
    result: Contact;
  };
  /** Moves a consumer's place forward. */
  "events.ack": {
    params: {
      /** The reader. */
      consumer: string;
      /** The last event it is done with. */
      seq: number;
    };
    result: AckResult;
  };
  /** The newest and the oldest event kept. */
  "events.head": {
    params: Record<string, never>;
    result: HeadResult;
  };
  /** Events after a place; waits for the first one if asked to. */
  "events.poll": {
    params: {
      /** Events after this place; may be left out with a `consumer`. */
      since?: number | null;
      /** Milliseconds to wait while there is none; 0 when left out, at most 60,000. */
      timeout_ms?: number | null;
      /** Events of the answer. */
      limit?: number;
      /** Types, such as `message.created` or `message.*`. */
      types?: string[] | null;
      /** Servers. */
      servers?: ServerId[] | null;
      /** Channels. */
      channels?: ChannelId[] | null;
      /** A reader whose place the node keeps. */
      consumer?: string | null;
    };
    result: PollResult;
  };
  /** Replays events after a place, then `stream.live`, then what happens; WebSocket only. */
  "events.subscribe": {
    params: {
      /**
       * Replay what came after this place; 0: everything kept; left out: only what happens from now on, or from the
       * consumer's place.
       */
      since?: number | null;
      /** Types, such as `message.created` or `message.*`. */
      types?: string[] | null;
      /** Servers. */
      servers?: ServerId[] | null;
      /** Channels. */
      channels?: ChannelId[] | null;
      /** A reader whose place the node keeps; moved by `events.ack`. */
      consumer?: string | null;
    };
    result: EventItem;
  };
  /** Makes the account of this node; its recovery phrase is shown this once. */
  "identity.create": {
    params: {
      /** 1 to 32 characters. */
      display_name: string;
      /** Seals the keys at rest. */
      passphrase?: string | null;
      /** Makes the call repeatable. */
      nonce?: string | null;
    };
    result: {
      /** The person. */
      account_id: AccountId;
      /** The account's key in a form people can compare. */
      fingerprint: string;
      /** 24 words that bring the account back. Shown once and kept nowhere: a replayed result is without. */
      recovery_phrase?: string | null;
      /** True when the nonce was known: nothing was made by this call. */
      replayed?: boolean;
    };
  };
  /** The account of this node; 2005 while there is none. */
  "identity.get": {
    params: Record<string, never>;
    result: Identity;
  };
  /** Forgets the keys until the passphrase comes again; 2005 without a passphrase. */
  "identity.lock": {
    params: Record<string, never>;
    result: Identity;
  };
  /** Opens the keys; 1004 if the passphrase is wrong. */
  "identity.unlock": {
    params: {
      /** The passphrase given to `identity.create`. */
      passphrase: string;
    };
    result: Identity;
  };
  /** Changes name, text or picture. */
  "identity.update": {
    params: {
      /** 1 to 32 characters. */
      display_name?: string | null;
      /** At most 512 bytes. */
      bio?: string | null;
      /** A picture. */
      avatar?: BlobId | null;
      /** Refused with 2003 unless the identity still has this revision. */
      if_rev?: number | null;
    };
    result: Identity;
  };
  /** Joins the server a link leads to; 5002 if no member answers now, it is tried again. */
  "invite.accept": {
    params: {
      /** The link. */
      link: string;
      /** Makes the call repeatable. */
      nonce?: string | null;
    };
    result: Made<Server>;
  };
  /** Makes an invite to a server. */
  "invite.create": {
    params: {
      /** Where it leads. */
      server_id: ServerId;
      /** How many may come; any number when left out. */
      max_uses?: number | null;
      /** Until when, milliseconds UTC; for good when left out. */
      expires_at?: number | null;
      /** The role a newcomer gets; `member` when left out and at most that. */
      role?: RoleId | null;
      /** Makes the call repeatable. */
      nonce?: string | null;
    };
    result: Made<Invite>;
  };
  /** The invites of a server, newest first; those that were taken back too. */
  "invite.list": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** Items of the page. */
      limit?: number;
      /** Where the page begins. */
      cursor?: string | null;
    };
    result: Page<Invite>;
  };
  /** Where a link leads, without going there. */
  "invite.preview": {
    params: {
      /** The link. */
      link: string;
    };
    result: InvitePreview;
  };
  /** Takes an invite back: one's own, or with KICK another's. */
  "invite.revoke": {
    params: {
      /** The invite. */
      invite_id: InviteId;
      /** Where it leads; found by the invite when left out. */
      server_id?: ServerId | null;
      /** Only tells whether it would be allowed. */
      dry_run?: boolean;
    };
    result: Invite;
  };
  /** Takes somebody of a lower level out, and no invite brings them back; also who has left. */
  "member.ban": {
    params: {
      /** Where. */
      server_id: ServerId;
      /** Who. */
      account_id: AccountId;
      /** Shown to everybody; at most 512 bytes. */
      reason?: string | null;
      /** Only tells whether it would be allowed. */
      dry_run?: boolean;
    };
    result: Act;
  };
  /** Who is banned from a server. */
  "member.bans": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** Items of the page. */
      limit?: number;
      /** Where the page begins. */
      cursor?: string | null;
    };
    result: Page<BanItem>;
  };
  /** One member. */
  "member.get": {
    params: {
      /** Where. */
      server_id: ServerId;
      /** Who. */
      account_id: AccountId;
    };
    result: Member;
  };
  /** Takes a member of a lower level out; the keys are replaced at once. */
  "member.kick": {
    params: {
      /** Where. */
      server_id: ServerId;
      /** Who. */
      account_id: AccountId;
      /** Shown to everybody; at most 512 bytes. */
      reason?: string | null;
      /** Only tells whether it would be allowed. */
      dry_run?: boolean;
    };
    result: Act;
  };
  /** The members of a server. */
  "member.list": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** Only those with this role. */
      role?: RoleId | null;
      /** Only those whose name contains this text. */
      query?: string | null;
      /** Only those who are, or are not, online. */
      online?: boolean | null;
      /** Items of the page. */
      limit?: number;
      /** Where the page begins. */
      cursor?: string | null;
    };
    result: Page<Member>;
  };
  /** Takes the word from a member of a lower level for a while; replaces an earlier timeout. */
  "member.timeout": {
    params: {
      /** Where. */
      server_id: ServerId;
      /** Who. */
      account_id: AccountId;
      /** Milliseconds UTC, ahead of now; left out: ends the timeouts there are. */
      until?: number | null;
      /** Only in these channels; everywhere when left out. */
      channel_ids?: ChannelId[];
      /** Shown to everybody; at most 512 bytes. */
      reason?: string | null;
      /** Only tells whether it would be allowed. */
      dry_run?: boolean;
    };
    result: Act;
  };
  /** Lifts a ban; whoever was banned may come in by an invite again. */
  "member.unban": {
    params: {
      /** Where. */
      server_id: ServerId;
      /** Who. */
      account_id: AccountId;
      /** Only tells whether it would be allowed. */
      dry_run?: boolean;
    };
    result: Act;
  };
  /** Deletes what a message says, on every node, with everything it said before. */
  "message.delete": {
    params: {
      /** The message; another's needs `REDACT_OTHERS`. */
      message_id: MessageId;
      /** Why, at most 256 characters; everybody can read it. */
      reason?: string | null;
    };
    result: Message;
  };
  /** How far a message has come and which members are known to have it. */
  "message.delivery": {
    params: {
      /** The message. */
      message_id: MessageId;
    };
    result: DeliveryReport;
  };
  /** What was begun in a channel and not sent; empty where there is nothing. */
  "message.draft.get": {
    params: {
      /** The channel. */
      channel_id: ChannelId;
    };
    result: Draft;
  };
  /** Keeps what was begun in a channel, across restarts; blank forgets it. */
  "message.draft.set": {
    params: {
      /** Where. */
      channel_id: ChannelId;
      /** At most 8 KiB; blank forgets the draft. */
      content: string;
    };
    result: Draft;
  };
  /** Gives a message of one's own another text; what it said before stays in its history. */
  "message.edit": {
    params: {
      /** The message; one's own. */
      message_id: MessageId;
      /** The text, at most 8 KiB. */
      content: string;
      /** Refuses with 2003 unless the message has this revision. */
      if_rev?: number | null;
    };
    result: Message;
  };
  /** One message. */
  "message.get": {
    params: {
      /** The message. */
      message_id: MessageId;
    };
    result: Message;
  };
  /** Everything a message said, newest first, from what it says now to what it said first; nothing once it is deleted. */
  "message.history": {
    params: {
      /** The message. */
      message_id: MessageId;
      /** Items of the page. */
      limit?: number;
      /** Where the page begins. */
      cursor?: string | null;
    };
    result: Page<Version>;
  };
  /** A page of a channel or of one thread, newest first. */
  "message.list": {
    params: {
      /** The channel. */
      channel_id: ChannelId;
      /** Only the answers in the thread that begins with this message; left out: everything in the channel. */
      thread?: MessageId | null;
      /** Messages older than this one. */
      before?: MessageId | null;
      /** The messages directly following this one. */
      after?: MessageId | null;
      /** This message and those on both sides of it. */
      around?: MessageId | null;
      /** Where another page said this one begins. */
      cursor?: string | null;
      /** Items of the page. */
      limit?: number;
    };
    result: MessagePage;
  };
  /** Pins a message to its channel; needs `PIN`. */
  "message.pin": {
    params: {
      /** The message. */
      message_id: MessageId;
    };
    result: Message;
  };
  /** The pinned messages of a channel, the one pinned last first. */
  "message.pins": {
    params: {
      /** The channel. */
      channel_id: ChannelId;
      /** Items of the page. */
      limit?: number;
      /** Where the page begins. */
      cursor?: string | null;
    };
    result: Page<Message>;
  };
  /** Reacts with an emoji; a second time changes nothing. A message shows 20 different ones. */
  "message.react": {
    params: {
      /** The message. */
      message_id: MessageId;
      /** One emoji, at most 32 bytes. */
      emoji: string;
    };
    result: Message;
  };
  /** Sends a message; the answer comes once it is on disk. */
  "message.send": {
    params: {
      /** Where. */
      channel_id: ChannelId;
      /** The text, at most 8 KiB. */
      content: string;
      /** The message it answers; a message of the same channel. */
      reply_to?: MessageId | null;
      /** The message whose thread it stands in; one that stands in no thread itself. */
      thread?: MessageId | null;
      /** Files; at most 10. */
      attachments?: AttachmentRef[];
      /** Makes the call repeatable. */
      nonce?: string | null;
    };
    result: Made<Message>;
  };
  /** Takes a pin back; needs `PIN`. */
  "message.unpin": {
    params: {
      /** The message. */
      message_id: MessageId;
    };
    result: Message;
  };
  /** Takes one's own reaction back; without one it changes nothing. */
  "message.unreact": {
    params: {
      /** The message. */
      message_id: MessageId;
      /** One emoji, at most 32 bytes. */
      emoji: string;
    };
    result: Message;
  };
  /** Connects to a node by its address. */
  "net.connect": {
    params: {
      /** A multiaddress, with the peer's name at its end if that is known. */
      address: string;
    };
    result: Connected;
  };
  /** Closes the connections to a node; members' nodes find each other again within seconds. */
  "net.disconnect": {
    params: {
      /** The peer's name in the overlay. */
      peer_id: string;
    };
    result: Disconnected;
  };
  /** The connected nodes. */
  "net.peers": {
    params: Record<string, never>;
    result: Page<Peer>;
  };
  /** How this node is connected. */
  "net.status": {
    params: Record<string, never>;
    result: NetStatus;
  };
  /** What is missing in each channel, and who is asked for it. */
  "net.sync.status": {
    params: {
      /** Only this one; all when left out. */
      server_id?: ServerId | null;
    };
    result: Page<ServerSync>;
  };
  /** Whether the parts of this node work. */
  "node.health": {
    params: Record<string, never>;
    result: HealthReport;
  };
  /** Version, name and addresses of this node. */
  "node.info": {
    params: Record<string, never>;
    result: NodeInfo;
  };
  /** Stops the node in order; answers before it does. */
  "node.shutdown": {
    params: {
      /** Milliseconds running calls may still take; 2,000 when left out, at most 60,000. */
      grace_ms?: number | null;
    };
    result: Done;
  };
  /** What this node holds and has done. */
  "node.stats": {
    params: Record<string, never>;
    result: NodeStats;
  };
  /** A fresh address of the interface; opens it once, within a minute. */
  "node.ui_ticket": {
    params: Record<string, never>;
    result: TicketedAddress;
  };
  /** Mentions, replies to oneself and keywords over all servers, newest first; the last thousand are kept. */
  "notification.list": {
    params: {
      /** Items of the page. */
      limit?: number;
      /** Where the page begins. */
      cursor?: string | null;
    };
    result: Page<Notification>;
  };
  /** What may disturb: of everything, of a server or of a channel. */
  "notification.settings.get": {
    params: {
      /** The server. */
      server_id?: ServerId | null;
      /** The channel; its server need not be named. */
      channel_id?: ChannelId | null;
    };
    result: NotificationSettings;
  };
  /** Changes what may disturb: everywhere, in a server or in a channel. */
  "notification.settings.set": {
    params: {
      /** The server. */
      server_id?: ServerId | null;
      /** The channel; its server need not be named. */
      channel_id?: ChannelId | null;
      /** What is raised; `null`: as around it. */
      level?: NotificationLevel | null;
      /** Words to be told of, in any case; at most 32 of at most 64 characters. */
      keywords?: string[] | null;
      /** When nothing is raised; `null`: as around it. */
      quiet_hours?: QuietHours | null;
      /** Refused with 2003 unless the settings still have this revision. */
      if_rev?: number | null;
    };
    result: NotificationSettings;
  };
  /** What one says of oneself. */
  "presence.get": {
    params: Record<string, never>;
    result: OwnPresence;
  };
  /** Says whether one is there, and keeps saying so; remembered across restarts. */
  "presence.set": {
    params: {
      /** The status. */
      status: OwnStatus;
      /** A few words beside the name, at most 128 characters; none when left out. */
      text?: string | null;
    };
    result: OwnPresence;
  };
  /** Who comes, goes and writes from now on, without replay; `member.list` says how it stands. WebSocket only. */
  "presence.subscribe": {
    params: {
      /** Only these; all when left out. */
      servers?: ServerId[] | null;
    };
    result: PresenceItem;
  };
  /** The OpenRPC document of this API. */
  "rpc.discover": {
    params: Record<string, never>;
    result: Document;
  };
  /** Every act of governance in a server, newest first. */
  "server.audit.list": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** Only acts by this person or about them. */
      person?: AccountId | null;
      /** Only these kinds, such as `REMOVE`. */
      types?: string[];
      /** Only those that count, or do not. */
      effective?: boolean | null;
      /** Items of the page. */
      limit?: number;
      /** Where the page begins. */
      cursor?: string | null;
    };
    result: Page<AuditItem>;
  };
  /** Makes a server with a text channel `general`. */
  "server.create": {
    params: {
      /** 1 to 64 characters. */
      name: string;
      /** Who can join. */
      visibility: Visibility;
      /** What it is about. */
      description?: string | null;
      /** Words to find it by; at most 8. */
      tags?: string[];
      /** What is mostly spoken, as `en` or `pt-br`. */
      language?: string | null;
      /** Addresses where newcomers find a member; at most 8. */
      bootstrap?: string[];
      /** Messages an author may send; 50 a second and 500 at once when left out. */
      message_rate?: MessageRate | null;
      /** Makes the call repeatable. */
      nonce?: string | null;
    };
    result: Made<Server>;
  };
  /** Closes a server for everybody: nothing can be written, nobody comes in, it is not shown any more; owners only. */
  "server.delete": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** Only tells whether it would be allowed. */
      dry_run?: boolean;
    };
    result: Act;
  };
  /** Searches the directory of public servers. */
  "server.discover": {
    params: {
      /** Words that must occur in name, tags or description; all servers when left out. They do not leave this node. */
      query?: string | null;
      /** Only with this tag. */
      tag?: string | null;
      /** Only where this language is spoken, as `en` or `pt-br`. */
      language?: string | null;
      /** At most so many, the best matches. */
      limit?: number;
      /** Asks peers again even if they were asked just now. */
      refresh?: boolean;
    };
    result: Discovered;
  };
  /** One server. */
  "server.get": {
    params: {
      /** The server. */
      server_id: ServerId;
    };
    result: Server;
  };
  /** Who may appoint a steward, and whom they have signed for. */
  "server.heirs.get": {
    params: {
      /** The server. */
      server_id: ServerId;
    };
    result: Heirs;
  };
  /** Names who may appoint a steward together; owners only. */
  "server.heirs.set": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** 1 to 32 people. */
      account_ids: AccountId[];
      /** How many of them it takes. */
      threshold: number;
      /** Refused with 2003 unless the heirs still have this revision. */
      if_rev?: number | null;
    };
    result: Heirs;
  };
  /** Joins a public server; 5002 if no member answers now, it is tried again. */
  "server.join": {
    params: {
      /** A public server, as `server.discover` names it. */
      server_id: ServerId;
      /** Makes the call repeatable. */
      nonce?: string | null;
    };
    result: Made<Server>;
  };
  /** Leaves a server; it and its channels are not shown any more. */
  "server.leave": {
    params: {
      /** The server. */
      server_id: ServerId;
    };
    result: Left;
  };
  /** The servers of this node, in the order they were joined. */
  "server.list": {
    params: {
      /** Items of the page. */
      limit?: number;
      /** Where the page begins. */
      cursor?: string | null;
    };
    result: Page<Server>;
  };
  /** Opens a deleted server again, with everything that was in it; owners only. */
  "server.restore": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** Only tells whether it would be allowed. */
      dry_run?: boolean;
    };
    result: Act;
  };
  /** Gives a member a role below one's own level; an owner may give `owner` too. */
  "server.role.assign": {
    params: {
      /** Where. */
      server_id: ServerId;
      /** Who. */
      account_id: AccountId;
      /** Which role. */
      role_id: RoleId;
    };
    result: Member;
  };
  /** Makes a role below one's own level. */
  "server.role.create": {
    params: {
      /** Where. */
      server_id: ServerId;
      /** 1 to 64 characters. */
      name: string;
      /** 1 to 99, below one's own. */
      level: number;
      /** What it holds; no more than one holds oneself. */
      permissions?: Permission[];
      /** Makes the call repeatable. */
      nonce?: string | null;
    };
    result: Made<Role>;
  };
  /** Deletes a role; whoever holds it loses it. */
  "server.role.delete": {
    params: {
      /** Where. */
      server_id: ServerId;
      /** Which. */
      role_id: RoleId;
      /** Refused with 2003 unless the role still has this revision. */
      if_rev?: number | null;
      /** Only tells whether it would be allowed. */
      dry_run?: boolean;
    };
    result: Act;
  };
  /** The roles of a server, highest first. */
  "server.role.list": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** Items of the page. */
      limit?: number;
      /** Where the page begins. */
      cursor?: string | null;
    };
    result: Page<Role>;
  };
  /** Takes a role from a member; `member` itself goes with a kick only. */
  "server.role.unassign": {
    params: {
      /** Where. */
      server_id: ServerId;
      /** Who. */
      account_id: AccountId;
      /** Which role. */
      role_id: RoleId;
    };
    result: Member;
  };
  /** Changes a role's name or what it holds; its level stays. */
  "server.role.update": {
    params: {
      /** Where. */
      server_id: ServerId;
      /** Which. */
      role_id: RoleId;
      /** 1 to 64 characters; not for built-in roles. */
      name?: string | null;
      /** All that it holds from now on. */
      permissions?: Permission[] | null;
      /** Refused with 2003 unless the role still has this revision. */
      if_rev?: number | null;
    };
    result: Role;
  };
  /** Acts that were in order and are lost to what others decided without knowing of them. */
  "server.rollback.list": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** Items of the page. */
      limit?: number;
      /** Where the page begins. */
      cursor?: string | null;
    };
    result: Page<RollbackItem>;
  };
  /** Brings lost acts back; takes the level of whoever took them away. */
  "server.rollback.ratify": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** 1 to 512 acts of the rollback list. */
      event_ids: ActId[];
      /** Only tells whether it would be allowed. */
      dry_run?: boolean;
    };
    result: Ratified;
  };
  /** Signs as an heir for a steward; whoever sees enough signatures makes the succession of them. */
  "server.succession.sign": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** The future steward. */
      account_id: AccountId;
    };
    result: Signed;
  };
  /** Changes what a server is called and how it is found; needs MANAGE_SERVER. */
  "server.update": {
    params: {
      /** The server. */
      server_id: ServerId;
      /** 1 to 64 characters. */
      name?: string | null;
      /** What it is about; empty for nothing. */
      description?: string | null;
      /** Words to find it by, in place of those there were; at most 8. */
      tags?: string[] | null;
      /** What is mostly spoken, as `en` or `pt-br`; empty for not said. */
      language?: string | null;
      /** Addresses where newcomers find a member, in place of those there were; at most 8. */
      bootstrap?: string[] | null;
      /** Messages an author may send. */
      message_rate?: MessageRate | null;
      /** Only if the server's `rev` is still this one; else 2003. */
      if_rev?: number | null;
    };
    result: Server;
  };
  /** What a window keeps under a key; null with rev 0 where nothing is kept. */
  "ui.state.get": {
    params: {
      /** The key. */
      key: string;
    };
    result: UiState;
  };
  /** Keeps a value under a key, for every window of this node; null forgets it. */
  "ui.state.set": {
    params: {
      /** The key. */
      key: string;
      /** Any JSON of at most 64 KiB; `null` forgets the key. */
      value: unknown;
      /** Refused with 2003 unless the value still has this revision; 0: unless nothing is kept. */
      if_rev?: number | null;
    };
    result: UiState;
  };
}

/** Methods that make something: repeatable with their nonce. */
export const NONCED: ReadonlySet<string> = new Set([
  "channel.create",
  "identity.create",
  "invite.accept",
  "invite.create",
  "message.send",
  "server.create",
  "server.join",
  "server.role.create",
]);

/** Methods that change nothing: repeatable as they are. */
export const READS: ReadonlySet<string> = new Set([
  "channel.get",
  "channel.list",
  "channel.permissions.explain",
  "channel.permissions.get",
  "contact.list",
  "events.ack",
  "events.head",
  "events.poll",
  "identity.get",
  "member.bans",
  "member.get",
  "member.list",
  "message.delivery",
  "message.get",
  "message.history",
  "message.list",
  "message.pins",
  "net.peers",
  "net.status",
  "net.sync.status",
  "node.health",
  "node.info",
  "node.stats",
  "notification.list",
  "presence.get",
  "rpc.discover",
  "server.audit.list",
  "server.discover",
  "server.get",
  "server.heirs.get",
  "server.list",
  "server.role.list",
  "server.rollback.list",
]);

/** Methods that open a stream, the method its items come by, and the one that ends it. */
export const SUBSCRIPTIONS = {
  "events.subscribe": { notification: "events.event", unsubscribe: "events.unsubscribe" },
  "presence.subscribe": { notification: "presence.event", unsubscribe: "presence.unsubscribe" },
} as const;

/** Error codes by kind. */
export const ERRORS = {
  internal: -32603,
  invalid_params: -32602,
  unauthenticated: 1001,
  forbidden: 1003,
  locked: 1004,
  not_found: 2001,
  already_exists: 2002,
  conflict: 2003,
  gone: 2004,
  precondition: 2005,
  nonce_reused: 2006,
  invalid_content: 3001,
  too_large: 3002,
  unsupported: 3003,
  quota: 3004,
  rate_limited: 4001,
  busy: 4002,
  timeout: 4003,
  cancelled: 4004,
  offline: 5001,
  peer_unreachable: 5002,
  not_synced: 5003,
  decrypt_failed: 5004,
  blob_unavailable: 5005,
  cursor_expired: 6001,
  lagged: 6002,
  cursor_invalid: 6003,
  bot_compile: 7001,
  bot_runtime: 7002,
  bot_limit: 7003,
  bot_permission: 7004,
  storage: 8001,
} as const;
