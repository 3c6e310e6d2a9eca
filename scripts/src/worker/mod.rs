//! The process that runs one bot. It has no network, no files and little memory; everything it does to the world it asks of its host
//! over its pipe. `process` is the host's end, `serve` the worker's, `frame` what goes over the pipe, `confine` what the worker
//! gives up before it reads the first byte.

mod confine;
mod frame;
mod process;
mod serve;

pub use confine::{ADDRESS_SPACE_BYTES, Confinement, OPEN_FILES, kernel};
pub use process::{Attendant, GRACE, Worker, WorkerError};
pub use serve::main;
