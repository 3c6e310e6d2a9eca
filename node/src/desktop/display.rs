//! Whether there is a screen to open a window on.

use std::ffi::OsString;

/// Whether the desktop told us of a display.
pub(crate) fn has_display() -> bool {
    names_display(|name| std::env::var_os(name))
}

fn names_display(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"].iter().any(|name| variable(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_names_no_display() {
        let with = |set: &'static str, value: &'static str| names_display(|name| (name == set).then(|| value.into()));
        assert!(with("DISPLAY", ":0") && with("WAYLAND_DISPLAY", "wayland-0"));
        assert!(!with("DISPLAY", "") && !with("TERM", "xterm"));
    }
}
