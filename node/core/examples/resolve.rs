//! Resolves histories of the reference model: `cargo run -p folkmoot-core --example resolve -- FILE` prints one line per vector of
//! FILE, `{"name": …, "result": {…}}`, in the shape of the vectors' `expect`.

#[path = "../tests/governance_model/mod.rs"]
mod governance_model;

use governance_model::History;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: resolve FILE")?;
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    for vector in file["vectors"].as_array().ok_or("no vectors in the file")? {
        let history = History::read(vector["events"].as_array().ok_or("no events in a vector")?);
        let governance = history.play(0..history.steps.len());
        println!("{}", json!({"name": vector["name"], "result": history.outcome(&governance)}));
    }
    Ok(())
}
