//! `moot config show`.

use std::path::Path;

use clap::{Args as ClapArgs, Subcommand};

use super::{CliError, output};
use crate::config::{Config, Overrides};

/// Arguments of `moot config`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the values in force, with their sources merged.
    Show,
}

pub(super) fn run(data_dir: &Path, args: &Args) -> Result<(), CliError> {
    let Args { action: Action::Show } = args;
    let config = Config::load(data_dir, &Overrides::default())?;
    output::json(&config);
    Ok(())
}
