//! `import`: other files of the same bot by their path below its folder, without the ending. Nothing else can be imported.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use rhai::{AST, Dynamic, Engine, EvalAltResult, GlobalRuntimeState, Module, ModuleResolver, Position, Scope, Shared};

use super::source_file::{Source, is_file_name};

type Resolved = Result<Shared<Module>, Box<EvalAltResult>>;

/// Resolves imports from the bot's own files.
pub(crate) struct OwnFiles {
    source: Arc<Source>,
    config: Dynamic,
    loaded: Mutex<BTreeMap<String, Shared<Module>>>,
    /// Files whose top level is running: importing one of them again would never end.
    running: Mutex<BTreeSet<String>>,
}

impl OwnFiles {
    /// Serves these files.
    pub(crate) fn new(source: Arc<Source>, config: Dynamic) -> Self {
        Self { source, config, loaded: Mutex::default(), running: Mutex::default() }
    }

    fn file(&self, path: &str, pos: Position) -> Result<(String, &str), Box<EvalAltResult>> {
        let name = format!("{}.rhai", path.strip_suffix(".rhai").unwrap_or(path));
        let text = is_file_name(&name).then(|| self.source.text(&name)).flatten();
        match text {
            Some(text) => Ok((name, text)),
            None => Err(EvalAltResult::ErrorModuleNotFound(path.to_owned(), pos).into()),
        }
    }

    fn compile(&self, engine: &Engine, path: &str, pos: Position) -> Result<(String, AST), Box<EvalAltResult>> {
        let (name, text) = self.file(path, pos)?;
        let inside = |error: Box<EvalAltResult>| Box::new(EvalAltResult::ErrorInModule(name.clone(), error, pos));
        let mut ast = engine
            .compile_with_scope(&crate::api::globals(&self.config), text)
            .map_err(|error| inside(error.into()))?;
        ast.set_source(name.clone());
        Ok((name, ast))
    }
}

impl ModuleResolver for OwnFiles {
    fn resolve(&self, engine: &Engine, _: Option<&str>, path: &str, pos: Position) -> Resolved {
        self.resolve_raw(engine, &mut engine.new_global_runtime_state(), &mut Scope::new(), path, pos)
    }

    fn resolve_raw(
        &self,
        engine: &Engine,
        global: &mut GlobalRuntimeState,
        _: &mut Scope<'_>,
        path: &str,
        pos: Position,
    ) -> Resolved {
        let (name, _) = self.file(path, pos)?;
        if let Some(module) = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Ok(Shared::clone(module));
        }
        if !self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone()) {
            let text = format!("{name} imports itself, directly or through others");
            return Err(EvalAltResult::ErrorRuntime(text.into(), pos).into());
        }
        let made = self.compile(engine, path, pos).and_then(|(name, ast)| {
            Module::eval_ast_as_new_raw(engine, &mut crate::api::globals(&self.config), global, &ast)
                .map_err(|error| Box::new(EvalAltResult::ErrorInModule(name, error, pos)))
        });
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
        let module = Shared::new(made?);
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).insert(name, Shared::clone(&module));
        Ok(module)
    }

    fn resolve_ast(
        &self,
        engine: &Engine,
        _: Option<&str>,
        path: &str,
        pos: Position,
    ) -> Option<Result<AST, Box<EvalAltResult>>> {
        Some(self.compile(engine, path, pos).map(|(_, ast)| ast))
    }
}
