//! Looks at a bot without running its handlers: does it load, does it call functions that do not exist, does it ask for the scopes that
//! its functions need.

use std::collections::BTreeSet;

use rhai::{AST, ASTNode, Expr, Position, Stmt};

use super::Bot;
use crate::{
    engine::{Fault, FaultKind, Place, Source, fault_of_parse},
    manifest::Manifest,
    scopes::scopes_of_function,
    sim::{SimHost, World},
};

/// Functions that are words of the language.
const WORDS: &[&str] =
    &["Fn", "call", "is_def_var", "is_def_fn", "is_shared", "type_of", "print", "debug", "this", "__end"];

/// Everything that is wrong with a bot as far as that can be seen; nothing if it is in order.
#[must_use]
pub fn check(manifest: &Manifest, source: &Source) -> Vec<Fault> {
    let config = match manifest.configure(&serde_json::Map::new()) {
        Ok(config) => config,
        Err(error) => return vec![Fault::new(FaultKind::Compile, error.to_string())],
    };
    let host = SimHost::new(World::new(std::sync::Arc::new(manifest.clone())));
    let bot = match Bot::load(manifest.clone(), source.clone(), &config, 0, Box::new(host)) {
        Ok(bot) => bot,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    let mut asts = Vec::new();
    for (file, text) in source.files() {
        match bot.engine.compile_with_scope(&crate::api::globals(bot.session.config()), text) {
            Ok(ast) => asts.push((file, ast)),
            Err(error) => faults.push(fault_of_parse(&error, file, source)),
        }
    }
    let mut known: BTreeSet<String> = bot.engine.gen_fn_signatures(true).iter().map(|text| name_of(text)).collect();
    known.extend(WORDS.iter().map(|word| (*word).to_owned()));
    for (_, ast) in &asts {
        known.extend(ast.iter_fn_def().map(|def| def.name.to_string()));
    }
    for (file, ast) in &asts {
        for (name, position) in calls(ast) {
            let at = |fault: Fault| match (position.line(), position.position()) {
                (Some(line), col) => {
                    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
                    let place = Place { file: (*file).to_owned(), line: number(line), col: number(col.unwrap_or(1)) };
                    fault.at(place, source)
                }
                (None, _) => fault,
            };
            if !known.contains(&name) {
                faults.push(at(Fault::new(FaultKind::Compile, format!("there is no function {name}"))));
            }
            for scope in scopes_of_function(&name).filter(|scope| !manifest.scopes.contains(scope)) {
                let fault =
                    Fault::new(FaultKind::Permission(scope.to_string()), format!("{name} needs the scope {scope}"));
                faults.push(at(fault.hint("add it to scopes under [permissions] in bot.toml")));
            }
        }
    }
    faults
}

fn name_of(signature: &str) -> String {
    signature.split('(').next().unwrap_or_default().trim().to_owned()
}

/// Names of called functions and where, operators left out.
fn calls(ast: &AST) -> Vec<(String, Position)> {
    let mut found = Vec::new();
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, position) | Expr::MethodCall(call, position)))
            | Some(ASTNode::Stmt(Stmt::FnCall(call, position)))
                if !call.is_operator_call() && !call.is_qualified() && is_word(&call.name) =>
            {
                found.push((call.name.to_string(), *position));
            }
            _ => {}
        }
        true
    });
    found
}

fn is_word(name: &str) -> bool {
    name.chars().all(|letter| letter.is_alphanumeric() || letter == '_') && name != "curry"
}
