//! Names that every file knows without declaring them: `log`, `http`, `config`, and `secret(…)`.

use rhai::{Dynamic, Engine, NativeCallContext, Scope, plugin::*};

use super::{
    log::Log,
    session::{Result, Session},
    web::{Http, Secret},
};
use crate::{engine::raise, host::Level};

/// The scope that files are compiled and run in.
pub(crate) fn globals(config: &Dynamic) -> Scope<'static> {
    let mut scope = Scope::new();
    scope.push_constant("log", Log {});
    scope.push_constant("http", Http {});
    scope.push_constant_dynamic("config", config.clone());
    scope
}

/// Gives an engine its session.
pub(crate) fn attach(engine: &mut Engine, session: &Session) {
    engine.set_default_tag(Dynamic::from(session.clone()));
    // Functions see no scope but their own; these names they see all the same.
    let config = session.config().clone();
    #[expect(deprecated, reason = "rhai marks it as likely to change, not as wrong")]
    engine.on_var(move |name, _, _| {
        Ok(match name {
            "log" => Some(Dynamic::from(Log {})),
            "http" => Some(Dynamic::from(Http {})),
            "config" => Some(config.clone()),
            _ => None,
        })
    });
    let printer = session.clone();
    engine.on_print(move |text| printer.log(Level::Info, text));
    let printer = session.clone();
    engine.on_debug(move |text, file, position| {
        printer.log(Level::Debug, &format!("{}:{position}: {text}", file.unwrap_or_default()));
    });
}

#[export_module]
pub(super) mod globals_functions {
    /// A secret of the manifest's `[secrets]`, to be used in headers of `http` only: its value never reaches the script.
    ///
    /// ```rhai
    /// http.get("https://api.example.org/me", #{ headers: #{ Authorization: "Bearer " + secret("TOKEN") } });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn secret(ctx: NativeCallContext, name: &str) -> Result<Secret> {
        let session = Session::of(&ctx);
        if !session.manifest().secrets.contains_key(name) {
            return Err(raise("not_found", format!("the manifest names no secret {name:?}; add it under [secrets]")));
        }
        Ok(Secret::new(name))
    }

    /// Marks the end of a file's top level; called by the engine itself.
    pub fn __end(ctx: NativeCallContext) {
        Session::of(&ctx).keep_end(ctx.global_runtime_state());
    }
}
