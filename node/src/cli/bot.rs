//! `moot bot`: making and testing bots. None of it needs a running node.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args as ClapArgs, Subcommand};
use folkmoot_scripts::{Manifest, Source, check, new_bot, sim};

use super::{CliError, output};

/// Arguments of `moot bot`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a folder with a bot to begin with.
    New {
        /// Small letters, digits and dashes.
        name: String,
    },
    /// Look for mistakes without running anything.
    Check {
        /// The bot's folder.
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Run the bot's tests on a simulated server.
    Test {
        /// The bot's folder.
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// Print the report as JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(args: &Args) -> Result<(), CliError> {
    match &args.command {
        Command::New { name } => {
            let folder = new_bot(Path::new("."), name).with_context(|| format!("cannot make a bot {name:?}"))?;
            let shown = folder.strip_prefix(".").unwrap_or(&folder).display().to_string();
            output::line(&format!("Made {shown}. Next: moot bot test {shown}"));
            Ok(())
        }
        Command::Check { folder } => {
            let (manifest, source) = read(folder)?;
            let faults = check(&manifest, &source);
            for fault in &faults {
                output::line(&fault.to_string());
            }
            if faults.is_empty() {
                output::line(&format!("{} {} is in order", manifest.id, manifest.version));
                return Ok(());
            }
            Err(anyhow::anyhow!("{} has {} mistakes", manifest.id, faults.len()).into())
        }
        Command::Test { folder, json } => {
            let (manifest, source) = read(folder)?;
            let tests = Source::read_tests(folder).context("cannot read the tests")?;
            let report = sim::test::run(&manifest, &source, &tests);
            if *json {
                output::json(&report);
            } else {
                output::line(&report.to_string());
            }
            match report.failed() {
                0 => Ok(()),
                failed => Err(anyhow::anyhow!("{failed} of {} tests failed", report.tests.len()).into()),
            }
        }
    }
}

fn read(folder: &Path) -> Result<(Manifest, Source), CliError> {
    let manifest = Manifest::read(folder).map_err(anyhow::Error::from)?;
    let source = Source::read(folder, &manifest.entry).map_err(anyhow::Error::from)?;
    Ok((manifest, source))
}
