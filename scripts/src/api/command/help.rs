//! The help that every bot with commands has without writing it.

use super::Command;

/// Commands that one answer lists.
const LISTED: usize = 40;

/// How a command is called.
pub(crate) fn usage_line(prefix: &str, command: &Command) -> String {
    let usage = command.info.usage.trim();
    let space = if usage.is_empty() { "" } else { " " };
    format!("`{prefix}{}{space}{usage}`", command.info.name)
}

/// The answer to `help`, about all commands or about those whose name begins with what was asked.
pub(crate) fn help(prefix: &str, about: &str, commands: &[Command], asked: &str) -> String {
    let asked = asked.trim().to_lowercase();
    let asked = asked.strip_prefix(prefix).unwrap_or(&asked);
    let begins = |command: &&Command| {
        let rest = command.info.name.strip_prefix(asked);
        rest.is_some_and(|rest| asked.is_empty() || rest.is_empty() || rest.starts_with(' '))
    };
    let found: Vec<&Command> = commands.iter().filter(begins).collect();
    if found.is_empty() {
        return format!("There is no command `{asked}`. `{prefix}help` lists all.");
    }
    let mut text = if asked.is_empty() { about.to_owned() } else { String::new() };
    for command in found.iter().take(LISTED) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&usage_line(prefix, command));
        if !command.info.help.is_empty() {
            text.push_str(" – ");
            text.push_str(&command.info.help);
        }
        if !command.info.permission.is_empty() {
            text.push_str(&format!(" (needs {})", command.info.permission));
        }
    }
    text
}
