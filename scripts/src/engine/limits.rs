//! How much a bot may use. What a manifest may ask for lies between the defaults here and the greatest values here; everything
//! else is the same for all.

/// Bytes of one source file. Compiling is done inside the worker, within its deadline: larger files would not get through it.
pub const SOURCE_BYTES: usize = 32 * 1024;
/// Source files of one bot. Together they bound what the worker is handed at start to 1 MiB.
pub const SOURCE_FILES: usize = 32;
/// Items of an array, nested ones counted. Also bounds how deep arrays can nest, and with it the stack that dropping them takes.
pub const ARRAY_ITEMS: usize = 512;
/// Properties of an object map, nested ones counted.
pub const MAP_ITEMS: usize = 128;
/// Functions that call each other.
pub const CALL_DEPTH: usize = 32;
/// Expressions within expressions at the top of a file, where handlers stand as closures within calls. Half of it refused ordinary
/// handlers; the worker's stack has room for far more.
pub const EXPRESSION_DEPTH: usize = 64;
/// Expressions within expressions in a function.
pub const FUNCTION_EXPRESSION_DEPTH: usize = 32;
/// Variables at any moment.
pub const VARIABLES: usize = 64;
/// Functions of one file, closures counted.
pub const FUNCTIONS: usize = 64;
/// Files imported.
pub const MODULES: usize = SOURCE_FILES;
/// Processor time of one handler, in milliseconds. A member who waits for an answer notices 50 ms; waiting for the host (a message
/// sent, a page fetched) does not count.
pub const WORK_MS: u64 = 50;

/// The most operations a manifest may ask for.
pub const OPS_MAX: u64 = 10_000_000;
/// The longest a handler may take by a manifest, waiting included.
pub const WALL_MS_MAX: u64 = 30_000;
/// The longest string a manifest may ask for, in KiB.
pub const STRING_KB_MAX: u64 = 64;
/// The most storage a manifest may ask for, in MiB. All of it is held in the node's memory while the bot runs.
pub const KV_MB_MAX: u64 = 64;
/// The most messages a minute a manifest may ask for.
pub const SENDS_PER_MIN_MAX: u64 = 600;

/// What one bot may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// Operations of one handler.
    pub ops: u64,
    /// Milliseconds of one handler, waiting included.
    pub wall_ms: u64,
    /// Bytes of one string, in KiB. A message is up to 8 KiB, so less than 9 would make long messages unreadable.
    pub string_kb: u64,
    /// Storage, in MiB.
    pub kv_mb: u64,
    /// Messages sent a minute.
    pub sends_per_min: u64,
    /// How many bots may answer each other in a row before this one keeps silent.
    pub depth: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { ops: 1_000_000, wall_ms: 2_000, string_kb: 16, kv_mb: 10, sends_per_min: 20, depth: 3 }
    }
}

impl Limits {
    /// Bytes of one string.
    #[must_use]
    pub fn string_bytes(&self) -> usize {
        usize::try_from(self.string_kb).unwrap_or(usize::MAX).saturating_mul(1024)
    }

    /// Bytes of storage, keys and values.
    #[must_use]
    pub const fn kv_bytes(&self) -> u64 {
        self.kv_mb.saturating_mul(1024 * 1024)
    }
}
