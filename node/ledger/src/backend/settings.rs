//! RocksDB's settings: durable first, and sized for a program that runs beside others on somebody's desktop.

use rocksdb::{
    BlockBasedOptions, BottommostLevelCompaction, Cache, ColumnFamilyDescriptor, CompactOptions, DBCompressionType,
    DBRecoveryMode, LogLevel, Options, WriteOptions,
};

use crate::catalog::Column;

/// Cache of blocks, indexes and filters of all columns together.
const BLOCK_CACHE_BYTES: usize = 12 * 1024 * 1024;
/// What is written and not yet in a table, all columns together; the greatest memtable is flushed when it is reached.
const WRITE_BUFFERS_BYTES: usize = 12 * 1024 * 1024;
/// The same for one column.
const WRITE_BUFFER_BYTES: usize = 8 * 1024 * 1024;
/// Recent writes that a start may have to replay: about 30 ms. Less than the write buffers hold, or replaying would write tables.
const RECENT_WRITES_BYTES: u64 = 8 * 1024 * 1024;
/// A memtable grows by this; the default of an eighth of the write buffer would be paid for by every little column.
const ARENA_BLOCK_BYTES: usize = 64 * 1024;
/// Tables kept open. Each costs a descriptor; its index lives in the cache.
const OPEN_TABLES: i32 = 128;
/// A flush and a compaction at once; more would take the processor from the rest of the node.
const BACKGROUND_JOBS: i32 = 2;
/// Rows are a few hundred bytes: a block holds about twenty.
const BLOCK_BYTES: usize = 8 * 1024;
/// About one point read in a hundred looks into a table in vain.
const BLOOM_BITS_PER_KEY: f64 = 10.0;
/// RocksDB's own diary, which holds settings and file names only.
const DIARY_BYTES: usize = 256 * 1024;

/// Options of the database.
pub(super) fn database(create: bool) -> Options {
    let mut options = Options::default();
    options.create_if_missing(create);
    options.create_missing_column_families(create);
    // Durability. Point-in-time recovery is RocksDB's default; it is set because everything rests on it.
    options.set_wal_recovery_mode(DBRecoveryMode::PointInTime);
    options.set_paranoid_checks(true);
    options.set_track_and_verify_wals_in_manifest(true);
    options.set_wal_compression_type(DBCompressionType::None);
    options.set_recycle_log_file_num(0);
    options.set_allow_mmap_reads(false);
    options.set_allow_mmap_writes(false);
    // Memory and threads.
    options.set_db_write_buffer_size(WRITE_BUFFERS_BYTES);
    options.set_max_total_wal_size(RECENT_WRITES_BYTES);
    options.set_max_open_files(OPEN_TABLES);
    options.set_max_background_jobs(BACKGROUND_JOBS);
    options.set_stats_dump_period_sec(0);
    options.set_stats_persist_period_sec(0);
    // Start: nothing is read that is not needed.
    options.set_skip_stats_update_on_db_open(true);
    options.set_manifest_preallocation_size(64 * 1024);
    options.set_log_level(LogLevel::Warn);
    options.set_max_log_file_size(DIARY_BYTES);
    options.set_keep_log_file_num(2);
    // What was replayed stays in memory, as before the crash, instead of becoming tables before anything else may happen. The
    // binding has no setter for it.
    options.get_options_from_string("avoid_flush_during_recovery=true").unwrap_or(options)
}

/// All columns with their options.
pub(super) fn columns() -> Vec<ColumnFamilyDescriptor> {
    let cache = Cache::new_lru_cache(BLOCK_CACHE_BYTES);
    Column::ALL.map(|column| ColumnFamilyDescriptor::new(column.name(), of_column(column, &cache))).into()
}

fn of_column(column: Column, cache: &Cache) -> Options {
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(cache);
    table.set_block_size(BLOCK_BYTES);
    table.set_cache_index_and_filter_blocks(true);
    table.set_cache_index_and_filter_blocks_with_high_priority(true);
    table.set_format_version(6);
    if matches!(column, Column::Ids | Column::State | Column::Logs) {
        table.set_bloom_filter(BLOOM_BITS_PER_KEY, false);
    }
    let mut options = Options::default();
    options.set_block_based_table_factory(&table);
    options.set_write_buffer_size(WRITE_BUFFER_BYTES);
    options.set_arena_block_size(ARENA_BLOCK_BYTES);
    // Sealed values and hashes do not get smaller; events name the same few ids over and over.
    options.set_compression_type(match column {
        Column::Events => DBCompressionType::Lz4,
        _ => DBCompressionType::None,
    });
    options
}

/// Every file that a range touches is written anew, down to the lowest: there earlier values would stay.
pub(super) fn rewriting() -> CompactOptions {
    let mut options = CompactOptions::default();
    options.set_bottommost_level_compaction(BottommostLevelCompaction::ForceOptimized);
    // Writers need not wait for it.
    options.set_exclusive_manual_compaction(false);
    options
}

/// An acknowledged write is on the disk.
pub(super) fn synced() -> WriteOptions {
    let mut options = WriteOptions::default();
    options.set_sync(true);
    options
}
