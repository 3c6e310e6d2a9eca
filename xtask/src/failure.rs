//! How a command ends when it does not succeed.

use std::{fmt, io, path::PathBuf};

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The caller asked for something that does not exist.
    Usage {
        /// What was wrong and what would be right.
        message: String,
    },
    /// A program that a command needs could not be started.
    Spawn {
        /// Its name.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program ended with another code than 0.
    Program {
        /// What it was doing.
        title: String,
        /// How it ended.
        status: String,
    },
    /// A file could not be read or written.
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Packages of the system are missing and could not be installed.
    Packages {
        /// What to do by hand.
        message: String,
    },
    /// The work was done and found faults, which are already on the screen.
    Found {
        /// How many and of what.
        message: String,
    },
}

impl Failure {
    /// See [`Failure::Usage`].
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into() }
    }

    /// 2 for wrong usage, else 1, as `moot` does.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } => 2,
            _ => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage { message } | Self::Packages { message } | Self::Found { message } => f.write_str(message),
            Self::Spawn { program, source } => write!(f, "cannot start {program}: {source}"),
            Self::Program { title, status } => write!(f, "{title}: {status}"),
            Self::File { path, source } => write!(f, "{}: {source}", path.display()),
        }
    }
}
