//! `moot desktop install|remove|status`: the entry in the menu and `moot://` links, for this user.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args as ClapArgs, Subcommand};
use etcetera::{BaseStrategy, choose_base_strategy};

use super::{CliError, output};
use crate::{config::ConfigError, desktop::Entry};

/// Arguments of `moot desktop`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Put Folkmoot into this user's menu and open moot:// links with it.
    Install,
    /// Take both away.
    Remove,
    /// Say whether they are there.
    Status,
}

/// `data_dir`: the folder that was named on the command line or in the environment, if one was.
pub(super) fn run(data_dir: Option<PathBuf>, args: &Args) -> Result<(), CliError> {
    let data_home = choose_base_strategy().map_err(|_| ConfigError::NoHome)?.data_dir();
    let entry = Entry::in_data_home(&data_home);
    match args.action {
        Action::Install => {
            let moot = std::env::current_exe().context("cannot tell where this program is")?;
            let data_dir = data_dir.map(std::path::absolute).transpose().context("cannot tell where the data is")?;
            entry.install(&moot, data_dir.as_deref()).map_err(anyhow::Error::from)?;
            tell("written", &entry.files());
        }
        Action::Remove => {
            entry.remove().map_err(anyhow::Error::from)?;
            tell("removed", &entry.files());
        }
        Action::Status => {
            output::line(if entry.is_installed() { "installed" } else { "not installed" });
        }
    }
    Ok(())
}

fn tell(what: &str, files: &[&Path]) {
    for file in files {
        output::line(&format!("{what}: {}", file.display()));
    }
}
