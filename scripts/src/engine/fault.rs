//! What went wrong in a bot's code: the kind, the place in its files, the lines around it, and what would repair it. Everything
//! that leaves this crate about a script's failure is a [`Fault`].

use std::fmt;

use folkmoot_rpc::{ApiError, ErrorKind, error::ErrorDetail};
use rhai::{Dynamic, EvalAltResult, Map, ParseError, ParseErrorType, Position};
use serde::{Deserialize, Serialize};

use super::source_file::Source;

/// Characters of a fault's message. A script can throw what it likes; what is shown of it is this much.
const MESSAGE_CHARS: usize = 500;
/// Characters of a line that a frame shows.
const LINE_CHARS: usize = 160;
/// Calls that a trace names.
const TRACE_CALLS: usize = 8;

/// Why a bot's code failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// It does not compile.
    Compile,
    /// It failed while running.
    Runtime,
    /// It used up a limit, named as in the manifest where it stands there.
    Limit(String),
    /// Its manifest or what was granted does not allow it; names the scope.
    Permission(String),
}

/// A place in a bot's files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Path below the bot's folder.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub col: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.col)
    }
}

/// A failure of a bot's code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Why.
    pub kind: FaultKind,
    /// What, in a sentence.
    pub message: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Box<Place>>,
    /// The lines around the place, with a mark below it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub frame: String,
    /// Functions that were being called, innermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<String>,
    /// What would repair it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Box<str>>,
}

impl Fault {
    /// A fault at no place in particular.
    #[must_use]
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        let message = short(&message.into(), MESSAGE_CHARS);
        Self { kind, message, place: None, frame: String::new(), trace: Vec::new(), hint: None }
    }

    /// A limit that was used up.
    #[must_use]
    pub fn limit(which: &str, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Limit(which.to_owned()), message)
    }

    /// Says what would repair it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into().into());
        self
    }

    /// Says where it is, with the lines around.
    #[must_use]
    pub fn at(mut self, place: Place, source: &Source) -> Self {
        self.frame = source.text(&place.file).map(|text| frame(text, &place)).unwrap_or_default();
        self.place = Some(Box::new(place));
        self
    }

    /// The same as the API tells it.
    #[must_use]
    pub fn into_api(self) -> ApiError {
        let (kind, which, needed) = match self.kind {
            FaultKind::Compile => (ErrorKind::BotCompile, None, None),
            FaultKind::Runtime => (ErrorKind::BotRuntime, None, None),
            FaultKind::Limit(which) => (ErrorKind::BotLimit, Some(which.into()), None),
            FaultKind::Permission(needed) => (ErrorKind::BotPermission, None, Some(needed.into())),
        };
        let (file, line, col) = match self.place {
            Some(place) => (Some(place.file), Some(place.line), Some(place.col)),
            None => (None, None, None),
        };
        let detail =
            ErrorDetail { file, line, col, hint: self.hint.map(String::from), which, needed, ..ErrorDetail::default() };
        ApiError::new(kind, self.message).with_detail(detail)
    }

    /// What makes two faults the same one: where it happened and what it was.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        match &self.place {
            Some(place) => place.to_string(),
            None => self.message.clone(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        for call in &self.trace {
            write!(f, "\n  in {call}")?;
        }
        if !self.frame.is_empty() {
            write!(f, "\n{}", self.frame)?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}

/// An error that a script can catch: `e.kind` and `e.message`.
pub(crate) fn raise(kind: &str, message: impl Into<String>) -> Box<EvalAltResult> {
    let mut map = Map::new();
    map.insert("kind".into(), Dynamic::from(kind.to_owned()));
    map.insert("message".into(), Dynamic::from(message.into()));
    EvalAltResult::ErrorRuntime(Dynamic::from_map(map), Position::NONE).into()
}

/// An error for a limit that was used up; it can be caught like others, the limit stays.
pub(crate) fn raise_limit(which: &str, message: impl Into<String>) -> Box<EvalAltResult> {
    let mut map = Map::new();
    map.insert("kind".into(), Dynamic::from("bot_limit"));
    map.insert("which".into(), Dynamic::from(which.to_owned()));
    map.insert("message".into(), Dynamic::from(message.into()));
    EvalAltResult::ErrorRuntime(Dynamic::from_map(map), Position::NONE).into()
}

/// What the API answered, as an error that a script can catch.
pub(crate) fn raise_api(error: &ApiError) -> Box<EvalAltResult> {
    let detail = error.detail();
    let mut map = Map::new();
    map.insert("kind".into(), Dynamic::from(error.kind().word().to_owned()));
    map.insert("code".into(), Dynamic::from(i64::from(error.kind().code())));
    map.insert("message".into(), Dynamic::from(error.message().to_owned()));
    let texts =
        [("which", &detail.which), ("needed", &detail.needed), ("missing", &detail.missing), ("field", &detail.field)];
    for (name, text) in texts {
        if let Some(text) = text {
            map.insert(name.into(), Dynamic::from(text.to_string()));
        }
    }
    if let Some(wait) = detail.retry_after_ms {
        map.insert("retry_after_ms".into(), Dynamic::from(i64::try_from(wait).unwrap_or(i64::MAX)));
    }
    EvalAltResult::ErrorRuntime(Dynamic::from_map(map), Position::NONE).into()
}

/// A file that does not compile.
pub(crate) fn fault_of_parse(error: &ParseError, file: &str, source: &Source) -> Fault {
    parse_fault(&error.0, error.1, file, source)
}

fn parse_fault(what: &ParseErrorType, position: Position, file: &str, source: &Source) -> Fault {
    let mut fault = Fault::new(FaultKind::Compile, sentence(&what.to_string()));
    fault.hint = match what {
        ParseErrorType::VariableUndefined(name) => Some(format!(
            "declare it with `let {name} = …`; a function sees its parameters and `global::CONSTANT`, not variables of the file"
        )),
        ParseErrorType::Reserved(word) => Some(format!("`{word}` is a word of the language; take another name")),
        ParseErrorType::ExprTooDeep => Some("split it with `let`".to_owned()),
        _ => None,
    }
    .map(Into::into);
    match place(file, position) {
        Some(place) => fault.at(place, source),
        None => fault,
    }
}

/// A script that failed while it ran. `entry` is the file whose top level or handler was running.
pub(crate) fn fault_of_eval(error: &EvalAltResult, entry: &str, source: &Source) -> Fault {
    let mut file = entry.to_owned();
    let mut trace = Vec::new();
    let mut outer = Position::NONE;
    let mut inner = error;
    loop {
        match inner {
            EvalAltResult::ErrorInFunctionCall(name, from, next, position) => {
                let shown = if name.starts_with("anon$") { "a closure" } else { name.as_str() };
                if !position.is_none() {
                    outer = *position;
                    trace.push(format!("{shown}, called at {file}:{position}"));
                }
                if source.text(from).is_some() {
                    file.clone_from(from);
                    outer = Position::NONE;
                }
                inner = next;
            }
            EvalAltResult::ErrorInModule(name, next, _) => {
                if source.text(name).is_some() {
                    file.clone_from(name);
                }
                outer = Position::NONE;
                inner = next;
            }
            _ => break,
        }
    }
    trace.reverse();
    trace.truncate(TRACE_CALLS);
    let position = if inner.position().is_none() { outer } else { inner.position() };
    if let EvalAltResult::ErrorParsing(what, position) = inner {
        return parse_fault(what, *position, &file, source);
    }
    let mut fault = innermost(inner);
    fault.trace = trace;
    match place(&file, position) {
        Some(place) => fault.at(place, source),
        None => fault,
    }
}

/// The fault that the innermost error stands for, without its place.
fn innermost(error: &EvalAltResult) -> Fault {
    match error {
        EvalAltResult::ErrorTooManyOperations(_) => spent("ops"),
        EvalAltResult::ErrorTerminated(token, _) => spent(&token.to_string()),
        EvalAltResult::ErrorStackOverflow(_) => Fault::limit("call_depth", "functions call each other too deep")
            .hint("a function that calls itself needs an end"),
        EvalAltResult::ErrorTooManyVariables(_) => Fault::limit("variables", "too many variables at once"),
        EvalAltResult::ErrorTooManyModules(_) => Fault::limit("modules", "too many imports"),
        EvalAltResult::ErrorDataTooLarge(what, _) => {
            let which = match what.as_str() {
                text if text.contains("string") => "string",
                text if text.contains("map") => "map",
                _ => "array",
            };
            Fault::limit(which, format!("the {which} is too large"))
        }
        EvalAltResult::ErrorRuntime(thrown, _) => thrown_fault(thrown),
        EvalAltResult::ErrorPropertyNotFound(name, _) => {
            Fault::new(FaultKind::Runtime, format!("there is no property {name}"))
                .hint(format!("ask with `\"{name}\" in map` first, or use map.get(\"{name}\")"))
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            Fault::new(FaultKind::Runtime, format!("there is no function {signature}"))
        }
        EvalAltResult::ErrorModuleNotFound(path, _) => {
            Fault::new(FaultKind::Runtime, format!("there is no file {path}.rhai in the bot's folder"))
                .hint("import files below the bot's own folder, for example `import \"lib/words\" as words;`")
        }
        other => {
            // Rhai's text ends with the position, which is told apart here.
            let text = other.to_string();
            let text = text.rsplit_once(" (line ").map_or(text.as_str(), |(text, _)| text);
            Fault::new(FaultKind::Runtime, sentence(text))
        }
    }
}

fn spent(which: &str) -> Fault {
    let message = match which {
        "ops" => "the handler used up its operations",
        "work_ms" => "the handler computed for too long",
        _ => "the handler took too long",
    };
    Fault::limit(which, message).hint("do less at a time; a loop may have no end")
}

/// What a script threw: a text, or a map with kind and message as ours have.
fn thrown_fault(thrown: &Dynamic) -> Fault {
    let Some(map) = thrown.read_lock::<Map>() else {
        let text = if thrown.is_unit() { "the script threw an error".to_owned() } else { thrown.to_string() };
        return Fault::new(FaultKind::Runtime, text);
    };
    let text = |name: &str| map.get(name).and_then(|value| value.clone().into_string().ok());
    let message = text("message").unwrap_or_else(|| thrown.to_string());
    let kind = match text("kind").as_deref() {
        Some("bot_limit") => FaultKind::Limit(text("which").unwrap_or_else(|| "limit".to_owned())),
        Some("too_large") => FaultKind::Limit("too_large".to_owned()),
        Some("bot_permission") => FaultKind::Permission(text("needed").unwrap_or_default()),
        Some("forbidden") => FaultKind::Permission(text("missing").unwrap_or_default()),
        _ => FaultKind::Runtime,
    };
    Fault::new(kind, message)
}

fn place(file: &str, position: Position) -> Option<Place> {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let line = number(position.line()?);
    Some(Place { file: file.to_owned(), line, col: number(position.position().unwrap_or(1)) })
}

/// The line before, the line, and a mark below the column.
fn frame(text: &str, place: &Place) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let at = usize::try_from(place.line).unwrap_or(usize::MAX).saturating_sub(1);
    let width = place.line.to_string().len();
    let mut frame = String::new();
    for index in at.saturating_sub(1)..=at {
        if let Some(line) = lines.get(index) {
            let shown = short(line, LINE_CHARS).replace('\t', " ");
            frame.push_str(&format!("{:>width$} | {shown}\n", index + 1));
        }
    }
    let col = usize::try_from(place.col).unwrap_or(1).clamp(1, LINE_CHARS);
    frame.push_str(&format!("{:>width$} | {:>col$}", "", "^"));
    frame
}

fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Rhai begins its texts with a capital letter; ours begin with a small one.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        // A word in capitals is a name.
        Some(first) if !letters.clone().next().is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new([("main.rhai", text)]).expect("a source")
    }

    #[test]
    fn a_frame_shows_the_line_and_a_mark_below_the_column() {
        let source = source("let a = 1;\nlet b = oops;\n");
        let place = Place { file: "main.rhai".into(), line: 2, col: 9 };
        let fault = Fault::new(FaultKind::Runtime, "no such variable").at(place, &source);
        assert_eq!(fault.frame, "1 | let a = 1;\n2 | let b = oops;\n  |         ^");
        assert_eq!(
            fault.to_string(),
            "main.rhai:2:9: no such variable\n1 | let a = 1;\n2 | let b = oops;\n  |         ^"
        );
    }

    #[test]
    fn a_place_past_the_end_or_a_wide_letter_is_no_panic() {
        let source = source("größe\u{1F600}");
        for (line, col) in [(1, 6), (1, 60_000), (9, 1), (u32::MAX, u32::MAX)] {
            let fault = Fault::new(FaultKind::Runtime, "x").at(Place { file: "main.rhai".into(), line, col }, &source);
            assert!(fault.frame.ends_with('^'), "{}", fault.frame);
        }
    }

    #[test]
    fn faults_are_told_by_the_codes_of_the_api() {
        let place = Place { file: "main.rhai".into(), line: 1, col: 2 };
        let error = Fault::limit("ops", "too much").at(place, &source("x")).into_api();
        assert_eq!(error.kind(), ErrorKind::BotLimit);
        let detail = error.detail();
        assert_eq!((detail.which.as_deref(), detail.line, detail.col), (Some("ops"), Some(1), Some(2)));
        let error = Fault::new(FaultKind::Permission("message:write".into()), "no").into_api();
        assert_eq!((error.kind(), error.detail().needed.as_deref()), (ErrorKind::BotPermission, Some("message:write")));
    }

    #[test]
    fn a_fault_survives_the_pipe() {
        let fault = Fault::limit("ops", "too much").hint("less");
        let text = serde_json::to_string(&fault).expect("serializes");
        assert_eq!(serde_json::from_str::<Fault>(&text).expect("reads back"), fault);
    }
}
