//! The `moot` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    folkmoot::cli::main()
}
