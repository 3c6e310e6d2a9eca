//! The benchmarks: whole nodes as processes on loopback, driven through the local API as any client would. What is
//! measured and why is written in `docs/performance.md`; nothing here fails because a machine is slow.

mod events;
mod figure;
mod fill;
mod machine;
mod node;
mod options;
mod report;
mod scene;
mod spread;
mod text;
mod workload;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use options::Options;
use report::Report;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match measure(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Measures until done or interrupted; the nodes end with the future that holds them, whichever comes first.
async fn measure(options: &Options) -> anyhow::Result<()> {
    let mut report = Report::open(options)?;
    let mut term = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    tokio::select! {
        done = workload::run(options, &mut report) => done,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted.context("cannot wait for Ctrl+C")?;
            anyhow::bail!("interrupted; all nodes are stopped")
        }
        _ = term.recv() => anyhow::bail!("terminated; all nodes are stopped"),
    }
}
