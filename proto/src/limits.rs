//! Every bound on what a stranger can make grow, each with its reason. A value above its limit is refused, never cut.

/// Length of ids, keys and commitments.
pub const ID_BYTES: usize = 32;
/// Length of an Ed25519 signature.
pub const SIGNATURE_BYTES: usize = 64;
/// Length of the salt in a payload commitment; enough that a redacted payload cannot be guessed from its commitment.
pub const SALT_BYTES: usize = 16;
/// Length of the nonces in GENESIS and LOG_INIT.
pub const NONCE_BYTES: usize = 16;

/// A governance event; 32 KiB of wrap rows is the largest thing in one.
pub const EVENT_BYTES: usize = 64 * 1024;
/// An entry with header, salt and payload: text of 8 KiB and room for attachments.
pub const ENTRY_BYTES: usize = 16 * 1024;
/// Text of a message.
pub const TEXT_BYTES: usize = 8 * 1024;
/// Parents of an event; more would let one event touch too much of the DAG.
pub const EVENT_PARENTS: usize = 16;
/// Governance heads named by a LOG_INIT.
pub const LOG_INIT_HEADS: usize = 4;
/// Entries of one log: an author who writes a thousand a second needs 34 years for it. Bounds what a peer may claim to hold.
pub const LOG_ENTRIES: u64 = 1 << 40;
/// Logs of one device in one channel: a device opens another only after it lost its place.
pub const LOGS_PER_DEVICE: usize = 32;
/// References of an entry.
pub const ENTRY_REFS: usize = 3;
/// Accounts mentioned by a message: more is a call to everybody, which has its own permission.
pub const MENTIONS: usize = 32;
/// Bytes of an emoji: a family of four takes 25, a flag of a region 28.
pub const EMOJI_BYTES: usize = 32;
/// Different emoji that a message shows; of more those with the most reactions.
pub const EMOJI_PER_MESSAGE: usize = 20;
/// Different emoji of one account on one message that are remembered, taken back or not: the ones used last. Three times what a
/// message shows, so that nobody meets it by changing their mind; it bounds what one account can add to one message.
pub const EMOJI_PER_HAND: usize = 64;
/// Bytes of the reason for a redaction: 256 characters.
pub const REDACTION_REASON_BYTES: usize = 1_024;
/// Branches kept of a forked log position.
pub const FORK_BRANCHES: usize = 4;
/// A certificate, register, log init or join request.
pub const SMALL_SIGNED_BYTES: usize = 4 * 1024;

/// Owners of a server.
pub const OWNERS: usize = 8;
/// Roles defined in a server.
pub const ROLES: usize = 64;
/// Devices of an account.
pub const DEVICES_PER_ACCOUNT: usize = 16;
/// Channels of a server.
pub const CHANNELS: usize = 1_000;
/// Members of a private server.
pub const MEMBERS: usize = 10_000;
/// Governance events of a server.
pub const EVENTS_PER_SERVER: usize = 200_000;
/// Events of one device within an hour.
pub const EVENTS_PER_DEVICE_HOUR: usize = 600;
/// Events of one device within an hour whose account is a plain member.
pub const EVENTS_PER_MEMBER_HOUR: usize = 30;
/// Fences of one act: with the rest of the act they fit an event. Logs beyond are bounded by their stamps.
pub const FENCES: usize = 512;
/// Pause of an heir, times its place among those who signed, before it makes a succession that somebody else has not.
pub const SUCCESSION_PAUSE_MS: u64 = 5_000;
/// Epochs of a scope that are encrypted under at once.
pub const LIVE_EPOCHS: usize = 16;
/// Parents of an epoch.
pub const EPOCH_PARENTS: usize = 4;
/// Wrap rows inline in a KEY_EPOCH; members beyond ask for a KEY_GRANT.
pub const WRAP_ROWS_BYTES: usize = 32 * 1024;

/// Events waiting for missing parents, per peer.
pub const PENDING_EVENTS_PER_PEER: usize = 10_000;
/// Bytes of the same.
pub const PENDING_BYTES_PER_PEER: usize = 4 * 1024 * 1024;
/// Bytes of the same over all peers.
pub const PENDING_BYTES: usize = 32 * 1024 * 1024;

/// A frame on gossipsub: every relay on the way forwards it several times.
pub const GOSSIP_FRAME_BYTES: usize = 20 * 1024;
/// An event above this is announced by id and fetched.
pub const GOSSIP_EVENT_BYTES: usize = 16 * 1024;
/// A frame on a stream.
pub const STREAM_FRAME_BYTES: usize = 1024 * 1024;
/// Plain size of a run of entries; bounds what decompression may make of a frame.
pub const SEGMENT_PLAIN_BYTES: usize = 4 * 1024 * 1024;
/// Ranges a log may be split into by gaps before a sync refuses to describe more.
pub const RANGES_PER_LOG: usize = 64;
/// Entries asked for by one fetch.
pub const FETCH_ENTRIES: u64 = 1_024;
/// Heads in a hello.
pub const HELLO_HEADS: usize = 64;
/// Events asked for by id in one frame.
pub const WANT_IDS: usize = 1_000;
/// Epochs asked for in one key request.
pub const KEY_REQUEST_EPOCHS: usize = 64;

/// Characters of a display name.
pub const DISPLAY_NAME_CHARS: usize = 32;
/// Characters of a server or channel name.
pub const NAME_CHARS: usize = 64;
/// Characters of a channel's topic.
pub const TOPIC_CHARS: usize = 256;
/// Bytes of the reason given for an act.
pub const REASON_BYTES: usize = 512;
/// Bytes of a server's description.
pub const DESCRIPTION_BYTES: usize = 1_024;
/// Tags of a server.
pub const TAGS: usize = 8;
/// Characters of a tag.
pub const TAG_CHARS: usize = 32;
/// Bytes of a language's name, as `en` or `pt-br`.
pub const LANGUAGE_BYTES: usize = 16;
/// Bytes of a profile's text about oneself.
pub const BIO_BYTES: usize = 512;
/// Addresses in an invite link or peer record.
pub const ADDRESSES: usize = 8;
/// Bytes of one address.
pub const ADDRESS_BYTES: usize = 256;
/// Signed peer records exchanged with one peer.
pub const PEER_RECORDS: usize = 32;

/// Characters of the words beside a name that go with a presence.
pub const STATUS_CHARS: usize = 128;
/// A signal without its signature: ids, stamp and status text.
pub const SIGNAL_BYTES: usize = 1024;
/// Signals in one frame: whoever says something of itself says one thing at a time.
pub const SIGNALS_PER_FRAME: usize = 4;
/// How long somebody is taken to be writing after having said so.
pub const TYPING_MS: u64 = 8_000;
/// How often a presence is said again, in servers of up to [`PRESENCE_MEMBERS`] members; in larger ones as much more seldom as they
/// are larger, so that a server hears at most 17 a second.
pub const PRESENCE_MS: u64 = 60_000;
/// See [`PRESENCE_MS`].
pub const PRESENCE_MEMBERS: u64 = 1_000;
/// After so many times of silence nobody is taken to be there any more.
pub const PRESENCE_MISSED: u64 = 3;
/// How far a signal's stamp may lie behind the clock of whoever hears it: what clocks differ by. An older one may be a replay.
pub const SIGNAL_LATE_MS: u64 = 10 * 60 * 1_000;

/// How far an author's clock may lead before what it wrote is held until due.
pub const CLOCK_LEAD_MS: u64 = 2 * 60 * 1_000;
/// Messages per second and author, unless the server says otherwise.
pub const MESSAGE_RATE_PER_SECOND: u32 = 50;
/// Burst of the same.
pub const MESSAGE_RATE_BURST: u32 = 500;
/// The most an owner may allow.
pub const MESSAGE_RATE_MAX: u32 = 100_000;

/// A public server's advert with everything that proves it. Strangers keep thousands for nothing in return.
pub const ADVERT_BYTES: usize = 4 * 1024;
/// Events in an advert: GENESIS and what leads from it to the author's role. Each costs a signature check.
pub const ADVERT_EVENTS: usize = 12;
/// Device certificates in an advert; each costs a signature check.
pub const ADVERT_CERTIFICATES: usize = 8;
/// Accounts that an advert says must not be believed any more.
pub const ADVERT_BARRED: usize = 4;
/// How long an advert may be believed after its stamp: a server drops out of the directory only if nobody who may sign was online
/// for that long, and one that is gone drops out for certain.
pub const ADVERT_LIFETIME_MS: u64 = 90 * 24 * 60 * 60 * 1_000;
/// How far an advert's stamp may lead the reader's clock. Wider than for events: what it says is only a hint, and a reader whose
/// clock is late would find an empty directory.
pub const ADVERT_LEAD_MS: u64 = 60 * 60 * 1_000;
/// Adverts in one answer on a directory stream; with 4 KiB each they fit a frame.
pub const DIRECTORY_ADVERTS: usize = 200;
/// Zero bits that a joiner by a standing invite has to find: a few hundredths of a second.
pub const JOIN_WORK_BITS: u32 = 16;
/// The most a door may ask of a joiner, and the most a joiner does: some seconds.
pub const JOIN_WORK_BITS_MAX: u32 = 22;
