//! Writes the OpenRPC document of the contract to `rpc/openrpc.json`, its kept copy; with `--check` only says by its exit code whether
//! the copy is fresh.

use std::{env, fs, path::Path, process::ExitCode};

fn main() -> ExitCode {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openrpc.json");
    let document = folkmoot_rpc::openrpc::golden();
    if env::args().any(|argument| argument == "--check") {
        let fresh = fs::read_to_string(&path).is_ok_and(|kept| kept == document);
        return if fresh { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    match fs::write(&path, document) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}
