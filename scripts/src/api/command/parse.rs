//! Reading a call of a command: which command, and its arguments by the types of its parameters.

use rhai::{Dynamic, Map};

use super::{
    Command,
    usage::{Kind, Parameter},
};
use crate::api::{
    channel, clock,
    context::Context,
    session::{Result, Session},
    user,
};

/// A message that calls a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// What follows the prefix.
    pub(crate) text: &'a str,
}

impl<'a> Line<'a> {
    /// The call in a message, if it begins with the prefix and a name directly behind it.
    pub(crate) fn of(content: &'a str, prefix: &str) -> Option<Self> {
        let text = content.trim_start().strip_prefix(prefix)?;
        text.chars().next().filter(|first| first.is_alphanumeric()).map(|_| Self { text })
    }
}

/// The command that a text calls and what follows its name: the longest name that fits.
pub(crate) fn find<'a>(commands: &[Command], text: &'a str) -> Option<(usize, &'a str)> {
    let fits = |command: &Command| -> Option<&'a str> {
        let mut rest = text;
        for word in command.info.name.split(' ') {
            let (first, after) = split_word(rest)?;
            if first.to_lowercase() != word {
                return None;
            }
            rest = after;
        }
        Some(rest)
    };
    let found = commands.iter().enumerate().filter_map(|(index, command)| Some((index, fits(command)?)));
    found.max_by_key(|(index, _)| commands.get(*index).map_or(0, |command| command.info.name.split(' ').count()))
}

/// The first word and what follows it.
fn split_word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    if text.is_empty() {
        return None;
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    Some((text.get(..end)?, text.get(end..)?))
}

/// The first argument, which may stand in quotes, and what follows it.
fn split_argument(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    if let Some(quoted) = text.strip_prefix('"')
        && let Some((inside, after)) = quoted.split_once('"')
    {
        return Some((inside, after));
    }
    split_word(text)
}

/// What became of the arguments.
pub(crate) enum Parsed {
    /// By name.
    Arguments(Map),
    /// What to tell the caller instead.
    Wrong(String),
}

/// Reads the arguments of a command.
///
/// # Errors
/// What the host says when it looks for a member or a channel.
pub(crate) fn parse(session: &Session, context: &Context, command: &Command, text: &str) -> Result<Parsed> {
    let mut rest = text;
    let mut arguments = Map::new();
    for parameter in &command.parameters {
        let given = if parameter.kind == Kind::Rest {
            let all = rest.trim();
            rest = "";
            (!all.is_empty()).then_some(all)
        } else {
            split_argument(rest).map(|(given, after)| {
                rest = after;
                given
            })
        };
        let value = match (given, &parameter.default) {
            (Some(given), _) => value(session, context, parameter, given)?,
            (None, Some(default)) => value(session, context, parameter, default)?,
            (None, None) if parameter.required => Err(format!("{} is missing", parameter.name)),
            (None, None) => Ok(Dynamic::UNIT),
        };
        match value {
            Ok(value) => arguments.insert(parameter.name.as_str().into(), value),
            Err(reason) => return Ok(Parsed::Wrong(reason)),
        };
    }
    if rest.trim().is_empty() {
        return Ok(Parsed::Arguments(arguments));
    }
    Ok(Parsed::Wrong("that is more than it takes".to_owned()))
}

fn value(
    session: &Session,
    context: &Context,
    parameter: &Parameter,
    given: &str,
) -> Result<std::result::Result<Dynamic, String>> {
    let wrong = || Err(format!("{}: expected {}, not {given:?}", parameter.name, parameter.kind.expected()));
    let read = |value: Option<Dynamic>| value.map_or_else(wrong, Ok);
    Ok(match &parameter.kind {
        Kind::Word | Kind::Rest => Ok(Dynamic::from(given.to_owned())),
        Kind::Int => read(given.parse::<i64>().ok().map(Dynamic::from_int)),
        Kind::Number => read(given.parse::<f64>().ok().filter(|number| number.is_finite()).map(Dynamic::from_float)),
        Kind::Duration => {
            let length = clock::parse_duration(given).and_then(|ms| i64::try_from(ms).ok());
            read(length.map(Dynamic::from_int))
        }
        Kind::Choice(words) => {
            let given = given.to_lowercase();
            read(words.contains(&given).then(|| Dynamic::from(given)))
        }
        Kind::User => match user::find(session, context.server()?, given)? {
            Some(user) => Ok(Dynamic::from(user)),
            None => Err(format!("{}: nobody here is called {given}", parameter.name)),
        },
        Kind::Channel => match channel::find_if_any(session, context.server()?, given)? {
            Some(channel) => Ok(Dynamic::from(channel)),
            None => Err(format!("{}: there is no channel {given}", parameter.name)),
        },
    })
}
