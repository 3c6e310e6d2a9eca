//! What the tests of the example clients need besides Rust: a WebSocket library for Python, and for versions of Node.js that cannot
//! read TypeScript by themselves a loader. Installed below the target folder, never for the whole machine. Where it cannot be
//! had the tests say that they are skipped.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::{failure::Failure, packages, screen, step, workspace};

/// The library of the Python client.
const PYTHON_PACKAGE: &str = "websockets>=13";
/// The loader for the TypeScript client.
const NODE_PACKAGE: &str = "tsx@4";

/// Installs what is missing and can be installed; tells the rest.
///
/// # Errors
/// [`Failure::Program`] when cargo cannot name its folder.
pub(crate) fn ensure() -> Result<(), Failure> {
    let folder = workspace::target_dir()?.join("clients");
    let python = folder.join("python");
    if !succeeds(Command::new("python3").args(["-c", "import websockets.sync.client"]).env("PYTHONPATH", &python)) {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"]);
        pip.arg("--target").arg(&python).arg(PYTHON_PACKAGE);
        install("python3", "Python", &mut pip);
    }
    let typescript = folder.join("typescript");
    if !typescript.join("node_modules/tsx").is_dir() && !reads_typescript(&folder) {
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-fund", "--no-audit", "--prefix"]).arg(&typescript).arg(NODE_PACKAGE);
        install("npm", "TypeScript", &mut npm);
    }
    Ok(())
}

/// Whether Node.js runs TypeScript as it is.
fn reads_typescript(folder: &Path) -> bool {
    let probe = folder.join("probe.ts");
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&probe, "const here: boolean = true;\n"));
    let reads = written.is_ok() && succeeds(Command::new("node").arg(&probe));
    // Nobody looks at it again.
    fs::remove_file(&probe).ok();
    reads
}

/// Installs with a program that may be missing; what goes wrong costs no more than one example's test.
fn install(program: &str, language: &str, command: &mut Command) {
    let untested = |why: &str| screen::say(&format!("    the {language} example will not be tested: {why}"));
    if packages::find_program(program).is_none() {
        return untested(&format!("no {program} here"));
    }
    if let Err(failure) = step::visible(&format!("install what the {language} example needs"), command) {
        untested(&failure.to_string());
    }
}

fn succeeds(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}
