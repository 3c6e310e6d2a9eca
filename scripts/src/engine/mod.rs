//! The engine that runs a bot's code: Rhai without anything that a stranger's script could use to take more than its share. What a
//! script can say to the world is in `api`; here is only the language, its limits, its files and its faults.

mod assemble;
mod fault;
mod limits;
mod list;
mod meter;
mod resolver;
pub(crate) mod source_file;
mod text;

pub(crate) use assemble::{bare_engine, engine};
pub use fault::{Fault, FaultKind, Place};
pub(crate) use fault::{fault_of_eval, fault_of_parse, raise, raise_api, raise_limit};
pub use limits::{
    ARRAY_ITEMS, CALL_DEPTH, EXPRESSION_DEPTH, FUNCTION_EXPRESSION_DEPTH, FUNCTIONS, KV_MB_MAX, Limits, MAP_ITEMS,
    MODULES, OPS_MAX, SENDS_PER_MIN_MAX, SOURCE_BYTES, SOURCE_FILES, STRING_KB_MAX, VARIABLES, WALL_MS_MAX, WORK_MS,
};
pub(crate) use meter::Meter;
pub use source_file::{Source, SourceError};
