//! Writes `rpc/openrpc.json`, or with `--check` says whether it is what the contract makes of it.

use std::process::ExitCode;

fn main() -> ExitCode {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openrpc.json");
    let golden = folkmoot_rpc::openrpc::golden();
    let check = std::env::args().nth(1).is_some_and(|argument| argument == "--check");
    if check && std::fs::read_to_string(path).is_ok_and(|kept| kept == golden) {
        return ExitCode::SUCCESS;
    }
    if check {
        eprintln!("rpc/openrpc.json is stale: run this without --check");
        return ExitCode::FAILURE;
    }
    match std::fs::write(path, golden) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write {path}: {error}");
            ExitCode::FAILURE
        }
    }
}
