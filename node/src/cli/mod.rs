//! The command line: one file per sub-command. Exit codes: 0 ok, 1 error, 2 usage, 3 no node running, 4 not authorized, 5 offline.

mod bot;
mod call;
mod config;
mod desktop;
mod events;
mod invite;
mod open;
mod output;
mod rpc;
mod serve;
mod ui;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use folkmoot_rpc::{ApiError, ErrorKind};

use crate::{
    config::{ConfigError, default_data_dir},
    desktop::MootLink,
};

/// A place to talk that belongs to nobody.
#[derive(Debug, Parser)]
#[command(name = "moot", version, about, arg_required_else_help = false)]
struct Cli {
    /// Folder that holds everything of this node.
    #[arg(long, global = true, env = "MOOT_DATA_DIR", value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    serve: serve::Args,
    /// A moot:// link to open in the chat.
    #[arg(value_name = "LINK")]
    link: Option<MootLink>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a node without a window.
    Serve(serve::Args),
    /// Call one method of a running node and print its result as JSON.
    Rpc(rpc::Args),
    /// Print events of a running node as JSON lines.
    Events(events::Args),
    /// Make, look at and accept invites.
    Invite(invite::Args),
    /// Make and test bots.
    Bot(bot::Args),
    /// Look at the configuration.
    Config(config::Args),
    /// Print a fresh address of the chat interface; it opens it once, within a minute.
    Ui(ui::Args),
    /// This user's menu entry and moot:// links.
    Desktop(desktop::Args),
    /// Runs one bot for a node that speaks over standard input and output.
    #[command(hide = true)]
    BotWorker,
}

/// What a sub-command fails with; the exit code follows from it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The arguments make no sense together.
    #[error("{0}")]
    Usage(String),
    /// No node runs on the data folder.
    #[error("no node runs on {}; start one with `moot serve`", .0.display())]
    NoNode(PathBuf),
    /// The node answered with an error.
    #[error("{0}")]
    Api(ApiError),
    /// The node does not take the token of its own data folder.
    #[error("the node did not accept the token")]
    Unauthorized,
    /// Configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Anything else.
    #[error("{0:#}")]
    Other(anyhow::Error),
}

impl CliError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::NoNode(_) => 3,
            Self::Unauthorized => 4,
            Self::Api(error) => match error.kind() {
                ErrorKind::Unauthenticated | ErrorKind::Forbidden => 4,
                ErrorKind::Offline | ErrorKind::PeerUnreachable => 5,
                _ => 1,
            },
            Self::Config(_) | Self::Other(_) => 1,
        }
    }
}

impl From<anyhow::Error> for CliError {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

/// Parses the arguments and runs what they ask for.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Some(Command::BotWorker)) {
        return folkmoot_scripts::worker::main();
    }
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("moot: {error}");
            if let CliError::Config(error) = &error {
                eprint_causes(error);
            }
            ExitCode::from(error.exit_code())
        }
    }
}

fn eprint_causes(error: &dyn std::error::Error) {
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
}

fn run(cli: Cli) -> Result<(), CliError> {
    let Cli { data_dir, serve: top, link, command } = cli;
    if link.is_some() && command.is_some() {
        return Err(CliError::Usage("a link stands alone, not before a command".into()));
    }
    let named = data_dir.clone();
    let data_dir = || data_dir.clone().map_or_else(default_data_dir, Ok);
    match command {
        None => open::run(&serve::prepare(data_dir()?, &top)?, link),
        Some(Command::Serve(args)) => serve::run(&serve::prepare(data_dir()?, &args.or(top))?),
        Some(Command::Rpc(args)) => rpc::run(&data_dir()?, args),
        Some(Command::Events(args)) => events::run(&data_dir()?, args),
        Some(Command::Invite(args)) => invite::run(&data_dir()?, args),
        Some(Command::Bot(args)) => bot::run(&args),
        Some(Command::Config(args)) => config::run(&data_dir()?, &args),
        Some(Command::Ui(args)) => ui::run(&data_dir()?, &args),
        Some(Command::Desktop(args)) => desktop::run(named, &args),
        // Taken before anything else was looked at.
        Some(Command::BotWorker) => Ok(()),
    }
}
