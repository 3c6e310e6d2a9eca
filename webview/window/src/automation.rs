//! A window that a test drives through WebDriver. Compiled into test builds only, and awake only when the variable is set:
//! its profile is a folder of the test's, since a private one cannot be driven.

use std::path::PathBuf;

use anyhow::Context;
use wry::WebContext;

use crate::launch::{self, Launch};

/// Names a folder of the test's: `launch.json` in it is the keeper's first line, and the profile goes there too.
const VARIABLE: &str = "MOOT_WINDOW_AUTOMATION";

fn folder() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Whether a test drives this window.
pub(crate) fn is_awake() -> bool {
    folder().is_some()
}

/// What the test wrote in the keeper's stead: WebDriver starts the window itself.
pub(crate) fn launch() -> anyhow::Result<Option<Launch>> {
    let Some(folder) = folder() else { return Ok(None) };
    let path = folder.join("launch.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    launch::parse(&text).map(Some)
}

/// A context that may be driven, if a test asks for one.
pub(crate) fn web_context() -> anyhow::Result<Option<WebContext>> {
    let Some(folder) = folder() else { return Ok(None) };
    let mut context = WebContext::new(Some(folder.join("profile")));
    context.set_allows_automation(true);
    Ok(Some(context))
}
