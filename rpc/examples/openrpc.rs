//! Prints the OpenRPC document of the contract; `cargo xtask gen` keeps it as `rpc/openrpc.json`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

fn main() -> ExitCode {
    match io::stdout().write_all(folkmoot_rpc::openrpc::golden().as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot print the document: {error}");
            ExitCode::FAILURE
        }
    }
}
