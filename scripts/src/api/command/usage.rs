//! What a command takes: the usage text read into parameters.

use crate::api::clock::parse_duration;

/// Parameters of one command.
const PARAMETERS: usize = 10;

/// What a parameter holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Word,
    Int,
    Number,
    Duration,
    User,
    Channel,
    /// Everything to the end of the message.
    Rest,
    /// One of these words.
    Choice(Vec<String>),
}

impl Kind {
    /// What was expected, for people.
    pub(super) fn expected(&self) -> String {
        match self {
            Self::Word => "a word".into(),
            Self::Int => "a whole number".into(),
            Self::Number => "a number".into(),
            Self::Duration => "a duration such as 10m or 1h30m".into(),
            Self::User => "a member such as @ann".into(),
            Self::Channel => "a channel such as #general".into(),
            Self::Rest => "some text".into(),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
        }
    }
}

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) required: bool,
    /// What it is when it is left out.
    pub(super) default: Option<String>,
}

/// Reads a usage text.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(usage: &str) -> Result<Vec<Parameter>, String> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for text in usage.split_whitespace() {
        let parameter = parameter(text)?;
        if parameters.iter().any(|held| held.name == parameter.name) {
            return Err(format!("two parameters are named {}", parameter.name));
        }
        if let Some(last) = parameters.last() {
            if last.kind == Kind::Rest {
                return Err("nothing can follow a rest".into());
            }
            if !last.required && parameter.required {
                return Err(format!("{} is required but follows one that may be left out", parameter.name));
            }
        }
        parameters.push(parameter);
    }
    if parameters.len() > PARAMETERS { Err(format!("more than {PARAMETERS} parameters")) } else { Ok(parameters) }
}

fn parameter(text: &str) -> Result<Parameter, String> {
    let between = |open, close| text.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    let (inner, required) = match (between('<', '>'), between('[', ']')) {
        (Some(inner), _) => (inner, true),
        (None, Some(inner)) => (inner, false),
        (None, None) => return Err(format!("expected <name> or [name] instead of {text:?}")),
    };
    let (inner, default) = match inner.split_once('=') {
        Some((inner, default)) if !required => (inner, Some(default.to_owned())),
        Some(_) => return Err(format!("{text} has a default, so it may be left out: write it in [ ]")),
        None => (inner, None),
    };
    let (name, kind) = named(inner)?;
    let first = name.chars().next().is_some_and(|letter| letter.is_ascii_alphabetic());
    if !first || !name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return Err(format!("{name:?} is no name; expected letters, digits and _"));
    }
    if let Some(default) = &default {
        let fits = match &kind {
            Kind::Int => default.parse::<i64>().is_ok(),
            Kind::Number => default.parse::<f64>().is_ok(),
            Kind::Duration => parse_duration(default).is_some(),
            Kind::Choice(words) => words.contains(default),
            Kind::User | Kind::Channel => false,
            Kind::Word | Kind::Rest => true,
        };
        if !fits {
            return Err(format!("the default {default:?} of {name} is not {}", kind.expected()));
        }
    }
    Ok(Parameter { name, kind, required, default })
}

fn named(inner: &str) -> Result<(String, Kind), String> {
    if let Some(name) = inner.strip_prefix('@') {
        return Ok((name.to_owned(), Kind::User));
    }
    if let Some(name) = inner.strip_prefix('#') {
        return Ok((name.to_owned(), Kind::Channel));
    }
    if let Some(name) = inner.strip_suffix('…').or_else(|| inner.strip_suffix("...")) {
        return Ok((name.to_owned(), Kind::Rest));
    }
    let Some((name, kind)) = inner.split_once(':') else {
        return Ok(if inner.contains('|') {
            ("choice".to_owned(), choice(inner))
        } else {
            (inner.to_owned(), Kind::Word)
        });
    };
    let kind = match kind {
        "word" => Kind::Word,
        "int" => Kind::Int,
        "number" => Kind::Number,
        "duration" => Kind::Duration,
        "user" => Kind::User,
        "channel" => Kind::Channel,
        "rest" => Kind::Rest,
        words if words.contains('|') => choice(words),
        other => {
            let known = "word, int, number, duration, user, channel, rest or a|b";
            return Err(format!("no type {other:?}; expected {known}"));
        }
    };
    Ok((name.to_owned(), kind))
}

fn choice(words: &str) -> Kind {
    Kind::Choice(words.split('|').filter(|word| !word.is_empty()).map(str::to_lowercase).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_forms_mean_the_same() {
        let short = read("<@who> [#where] [why…]").expect("valid");
        let long = read("<who:user> [where:channel] [why:rest]").expect("valid");
        assert_eq!(short, long);
        let kinds: Vec<_> = short.into_iter().map(|parameter| (parameter.kind, parameter.required)).collect();
        assert_eq!(kinds, [(Kind::User, true), (Kind::Channel, false), (Kind::Rest, false)]);
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let cases = [
            ("who", "<name> or [name]"),
            ("<a> <a>", "two parameters"),
            ("[a] <b>", "required"),
            ("<a…> <b>", "follow a rest"),
            ("<a:float>", "no type"),
            ("<a=3>", "in [ ]"),
            ("[a:int=x]", "whole number"),
            ("<9>", "no name"),
            ("<a> <b> <c> <d> <e> <f> <g> <h> <i> <j> <k>", "more than"),
        ];
        for (usage, expected) in cases {
            let refused = read(usage).expect_err(usage);
            assert!(refused.contains(expected), "{usage}: {refused}");
        }
    }
}
