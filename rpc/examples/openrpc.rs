//! Prints the OpenRPC document of the contract: `rpc/openrpc.json` is its kept copy.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().lock().write_all(folkmoot_rpc::openrpc::golden().as_bytes())
}
