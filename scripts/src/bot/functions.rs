//! The functions of a bot's entry file by names that last. The engine names a closure after where it stands; what is left to be run
//! later names it after what it says, so that it is found again when lines above it were changed.

use std::collections::{BTreeMap, HashMap};

use regex::Regex;
use rhai::{AST, FnPtr, ScriptFuncDef, Shared};

/// What the engine's names of closures begin with.
const ANONYMOUS: &str = "anon$";

/// All functions, closures among them.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    by_key: HashMap<String, Shared<ScriptFuncDef>>,
    key_of: HashMap<String, String>,
}

impl Functions {
    /// The functions of a compiled file.
    pub(crate) fn of(ast: &AST) -> Self {
        // Places, and the names of closures within it, which depend on places. A pattern written here compiles.
        let places = Regex::new(r"\d+:\d+|anon\$[0-9a-f]+").ok();
        let mut defs: Vec<&Shared<ScriptFuncDef>> = ast.iter_fn_def().collect();
        // Where each begins, as the engine shows it: the order in the file.
        let begins = |def: &Shared<ScriptFuncDef>| {
            let text = format!("{:?}", def.body);
            let place = places.as_ref().and_then(|places| places.find(&text).map(|found| found.as_str().to_owned()));
            let place = place.unwrap_or_default();
            let (line, col) = place.split_once(':').unwrap_or_default();
            (line.parse::<u32>().unwrap_or(0), col.parse::<u32>().unwrap_or(0))
        };
        defs.sort_by_key(|def| begins(def));
        let mut same: BTreeMap<String, u32> = BTreeMap::new();
        let mut functions = Self::default();
        for def in defs {
            let key = if def.name.starts_with(ANONYMOUS) {
                let text = format!("{:?} {:?}", def.params, def.body);
                let text = places.as_ref().map_or(text.clone().into(), |places| places.replace_all(&text, ""));
                let hash = format!("f{:016x}", super::mix(0, &text));
                let count = same.entry(hash.clone()).or_default();
                *count += 1;
                format!("{hash}.{count}")
            } else {
                def.name.to_string()
            };
            functions.key_of.insert(def.name.to_string(), key.clone());
            functions.by_key.insert(key, Shared::clone(def));
        }
        functions
    }

    /// The lasting name of a function.
    pub(crate) fn key<'a>(&'a self, name: &'a str) -> &'a str {
        self.key_of.get(name).map_or(name, String::as_str)
    }

    /// The function of a lasting name.
    pub(crate) fn pointer(&self, key: &str) -> Option<FnPtr> {
        self.by_key.get(key).map(|def| FnPtr::from(Shared::clone(def)))
    }

    /// How many arguments a function takes besides those it captured.
    pub(crate) fn takes(&self, run: &FnPtr) -> Option<usize> {
        let def = self.by_key.get(self.key(run.fn_name()))?;
        Some(def.params.len().saturating_sub(run.curry().len()))
    }
}
