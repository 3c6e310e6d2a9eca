//! An engine for one bot: raw, with chosen packages that all engines share, every limit set, and the bot's files.

use std::sync::{Arc, LazyLock};

use rhai::{
    Engine, EvalAltResult, FuncRegistration, Module, OptimizationLevel, Shared, combine_with_exported_module,
    config::hashing::set_hashing_seed,
    def_package,
    packages::{
        ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
        BasicStringPackage, LanguageCorePackage, LogicPackage, MoreStringPackage, Package,
    },
};

use super::{
    limits::{
        ARRAY_ITEMS, CALL_DEPTH, EXPRESSION_DEPTH, FUNCTION_EXPRESSION_DEPTH, FUNCTIONS, Limits, MAP_ITEMS, MODULES,
        VARIABLES,
    },
    meter::Meter,
    resolver::OwnFiles,
    source_file::Source,
};
use crate::api::Session;

/// With it the names of closures are the same in every process: timers and questions that outlive a worker find theirs again.
const HASHING_SEED: [u64; 4] = [0x666f_6c6b, 0x6d6f_6f74, 0x626f_7473, 0x7268_6169];

/// Strings that the engine keeps to itself to save copies.
const STRINGS_KEPT: usize = 256;

/// Functions of Rhai's packages that bots cannot call, and what they are told instead.
const REFUSED: &[(&str, usize, &str)] = &[
    ("sleep", 1, "a bot cannot sleep; use after(\"10s\", || …) to do something later"),
    ("exit", 0, "use return to leave a handler"),
    ("exit", 1, "use return to leave a handler"),
];

/// Words of the language that are switched off: code that is text, and functions that hold each other, which no limit counts.
const SWITCHED_OFF: &[&str] = &["eval", "curry"];

def_package! {
    /// What Rhai itself gives to bots: no clock, no bytes, no debugger.
    LanguagePackage(module) {
        LanguageCorePackage::init(module);
        ArithmeticPackage::init(module);
        BasicStringPackage::init(module);
        BasicIteratorPackage::init(module);
        BasicFnPackage::init(module);
        LogicPackage::init(module);
        BasicMathPackage::init(module);
        BasicArrayPackage::init(module);
        BasicMapPackage::init(module);
        MoreStringPackage::init(module);
    }
}

/// Rhai's own functions, shared by all engines.
static LANGUAGE: LazyLock<Shared<Module>> = LazyLock::new(|| LanguagePackage::new().as_shared_module());

/// What replaces some of them, and what bots have besides; found before Rhai's own.
static OURS: LazyLock<Shared<Module>> = LazyLock::new(|| {
    let mut module = Module::new();
    combine_with_exported_module!(&mut module, "text", super::text::text_functions);
    combine_with_exported_module!(&mut module, "list", super::list::list_functions);
    for (name, parameters, hint) in REFUSED {
        refuse(&mut module, name, *parameters, hint);
    }
    crate::api::register(&mut module);
    module.build_index();
    module.into()
});

/// Makes a function an error whatever it is given.
fn refuse(module: &mut Module, name: &'static str, parameters: usize, hint: &'static str) {
    let refused = move || -> Box<EvalAltResult> { super::raise("unsupported", format!("{name}: {hint}")) };
    let registration = || FuncRegistration::new(name);
    match parameters {
        0 => {
            registration().set_into_module(module, move || -> Result<(), Box<EvalAltResult>> { Err(refused()) });
        }
        _ => {
            // The types that Rhai's own version takes: exact types are found before any other.
            registration().set_into_module(module, move |_: i64| -> Result<(), Box<EvalAltResult>> { Err(refused()) });
            registration().set_into_module(module, move |_: f64| -> Result<(), Box<EvalAltResult>> { Err(refused()) });
            registration()
                .set_into_module(module, move |_: rhai::Dynamic| -> Result<(), Box<EvalAltResult>> { Err(refused()) });
        }
    }
}

/// An engine with these limits for these files. It does nothing until its meter has begun.
pub(crate) fn engine(limits: &Limits, source: Arc<Source>, session: &Session) -> Engine {
    let mut engine = limited(limits, session.meter());
    engine.register_global_module(OURS.clone());
    engine.set_module_resolver(OwnFiles::new(source, session.config().clone()));
    crate::api::attach(&mut engine, session);
    engine
}

/// The language with every limit set.
fn limited(limits: &Limits, meter: &Meter) -> Engine {
    static SEEDED: LazyLock<bool> = LazyLock::new(|| set_hashing_seed(Some(HASHING_SEED)).is_ok());
    debug_assert!(*SEEDED, "the seed is set once, before any engine is made");
    let mut engine = Engine::new_raw();
    engine.register_global_module(LANGUAGE.clone());
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_max_strings_interned(STRINGS_KEPT)
        .set_strict_variables(true)
        .set_fail_on_invalid_map_property(true)
        .set_max_operations(limits.ops)
        .set_max_call_levels(CALL_DEPTH)
        .set_max_expr_depths(EXPRESSION_DEPTH, FUNCTION_EXPRESSION_DEPTH)
        .set_max_variables(VARIABLES)
        .set_max_functions(FUNCTIONS)
        .set_max_modules(MODULES)
        .set_max_string_size(limits.string_bytes())
        .set_max_array_size(ARRAY_ITEMS)
        .set_max_map_size(MAP_ITEMS)
        .on_progress(meter.hook());
    for word in SWITCHED_OFF {
        engine.disable_symbol(*word);
    }
    engine
}

/// An engine with these limits that knows the language and the functions of one module: what tests of bots are written in.
pub(crate) fn bare_engine(limits: &Limits, functions: impl FnOnce() -> Module) -> (Engine, Meter) {
    let meter = Meter::new();
    let mut engine = limited(limits, &meter);
    let mut module = Module::new();
    combine_with_exported_module!(&mut module, "text", super::text::text_functions);
    combine_with_exported_module!(&mut module, "list", super::list::list_functions);
    // Made only now: the names of functions are hashed with the seed that the first engine sets.
    module.combine(functions());
    module.build_index();
    engine.register_global_module(module.into());
    (engine, meter)
}
