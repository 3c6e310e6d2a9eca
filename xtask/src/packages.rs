//! Packages of the system: which ones the build needs and why, whether they are here, and how apt brings them. Looking is free, so
//! every command looks; apt is only called when something is missing.

use std::{
    env, fs,
    io::{self, IsTerminal},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{failure::Failure, screen, step};

/// What a command is about to do; each needs what those before it need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// Build the node.
    Node,
    /// Build everything, the window too.
    Window,
    /// Run every test.
    Tests,
}

/// Something a command cannot do without.
struct Package {
    /// As apt calls it.
    name: &'static str,
    /// What it is for, as people are told.
    reason: &'static str,
    /// Who needs it first.
    need: Need,
    /// Whether it, or an equal, is on this machine.
    is_here: fn() -> bool,
}

/// Everything that is needed today. Node.js is looked at by `nodejs`, since its version counts.
const PACKAGES: &[Package] = &[
    Package {
        name: "g++",
        reason: "compiles RocksDB, the storage engine",
        need: Need::Node,
        is_here: has_cxx_compiler,
    },
    Package {
        name: "libclang-dev",
        reason: "reads RocksDB's C headers to generate its Rust bindings",
        need: Need::Node,
        is_here: has_libclang,
    },
    Package {
        name: "libwebkit2gtk-4.1-dev",
        reason: "the engine of the chat window",
        need: Need::Window,
        is_here: has_webkit,
    },
    Package {
        name: "xvfb",
        reason: "a screen for the tests of the window",
        need: Need::Tests,
        is_here: || find_program("Xvfb").is_some(),
    },
    Package {
        name: "webkit2gtk-driver",
        reason: "drives the window in tests",
        need: Need::Tests,
        is_here: || find_program("WebKitWebDriver").is_some(),
    },
    Package {
        name: "chromium",
        reason: "the browser in which the interface is tested",
        need: Need::Tests,
        is_here: || find_program("chromium").is_some(),
    },
];

/// Where distributions keep what `pkg-config` reads.
const PKG_CONFIG_FOLDERS: &[&str] = &[
    "/usr/lib/*/pkgconfig",
    "/usr/lib/pkgconfig",
    "/usr/lib64/pkgconfig",
    "/usr/share/pkgconfig",
    "/usr/local/lib/pkgconfig",
];

/// Folders under which distributions keep libclang, one star for one level of folders.
const LIBCLANG_FOLDERS: &[&str] = &[
    "/usr/lib/llvm-*/lib",
    "/usr/lib/*",
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib64/llvm*/lib*",
    "/usr/local/lib",
    "/usr/local/llvm*/lib",
];
/// Where libclang keeps the headers of the compiler itself; without them it cannot read any C header.
const CLANG_HEADERS: &[&str] = &[
    "/usr/lib/llvm-*/lib/clang/*/include",
    "/usr/lib/clang/*/include",
    "/usr/lib64/clang/*/include",
    "/usr/local/lib/clang/*/include",
    "/usr/local/llvm*/lib/clang/*/include",
];

/// Makes sure that all packages for something are here, installing what is missing.
///
/// # Errors
/// [`Failure::Packages`] says what to do by hand.
pub(crate) fn ensure(need: Need) -> Result<(), Failure> {
    let missing: Vec<&Package> =
        PACKAGES.iter().filter(|package| package.need <= need && !(package.is_here)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    screen::say("==> missing on this machine:");
    for package in &missing {
        screen::say(&format!("    {:<21} {}", package.name, package.reason));
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    install(&names)?;
    match missing.iter().find(|package| !(package.is_here)()) {
        None => Ok(()),
        Some(package) => Err(Failure::Packages {
            message: format!("{} is installed but cannot be found; is it a version for another system?", package.name),
        }),
    }
}

/// How apt may be called here.
#[derive(Debug, PartialEq, Eq)]
enum Way {
    /// We are root.
    Direct,
    /// Through sudo, which may ask for a password: a person watches.
    Sudo,
    /// Through sudo, which must not ask: nobody could answer.
    SilentSudo,
    /// Not at all.
    None,
}

/// Decides how apt may be called.
const fn way(root: bool, sudo: bool, terminal: bool) -> Way {
    match (root, sudo, terminal) {
        (true, _, _) => Way::Direct,
        (false, true, true) => Way::Sudo,
        (false, true, false) => Way::SilentSudo,
        (false, false, _) => Way::None,
    }
}

/// Brings packages through apt.
///
/// # Errors
/// [`Failure::Packages`] says what to do by hand.
pub(crate) fn install(names: &[&str]) -> Result<(), Failure> {
    let by_hand = by_hand(names);
    if find_program("apt-get").is_none() {
        return Err(Failure::Packages {
            message: format!(
                "no apt-get here; bring what Debian calls {} with this system's own installer, then try again",
                names.join(", ")
            ),
        });
    }
    let way = way(is_root(), find_program("sudo").is_some(), io::stdin().is_terminal());
    match way {
        Way::Direct | Way::SilentSudo => {}
        Way::Sudo => {
            if !screen::ask("Install them now with sudo apt-get?") {
                return Err(Failure::Packages { message: format!("nothing was installed\n{by_hand}") });
            }
        }
        Way::None => {
            return Err(Failure::Packages {
                message: format!("neither root nor sudo here, so apt-get cannot be used\n{by_hand}"),
            });
        }
    }
    let refused = |failure: Failure| Failure::Packages {
        message: format!("apt-get did not install them ({failure})\n{by_hand}"),
    };
    step::visible("apt-get update: which versions there are", apt(&way).arg("update").arg("-qq")).map_err(refused)?;
    step::visible(
        &format!("apt-get install {}", names.join(" ")),
        apt(&way).args(["install", "-y", "-qq", "--no-install-recommends"]).args(names),
    )
    .map_err(refused)
}

/// What a person would type.
fn by_hand(names: &[&str]) -> String {
    format!("by hand: sudo apt-get install {}", names.join(" "))
}

/// A call of apt-get that asks nothing and waits at most two minutes for another apt to end.
fn apt(way: &Way) -> Command {
    let mut command = match way {
        Way::Direct | Way::None => Command::new("env"),
        Way::Sudo => {
            let mut sudo = Command::new("sudo");
            sudo.arg("env");
            sudo
        }
        Way::SilentSudo => {
            let mut sudo = Command::new("sudo");
            sudo.args(["-n", "env"]);
            sudo
        }
    };
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=120"]);
    // With a terminal sudo asks for the password there, not on standard input.
    command.stdin(Stdio::null());
    command
}

/// Whether we act as root: the owner of our own entry in `/proc` is whom we act as.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

fn has_cxx_compiler() -> bool {
    env::var_os("CXX").is_some_and(|value| !value.is_empty())
        || ["c++", "g++", "clang++"].iter().any(|name| find_program(name).is_some())
}

fn has_webkit() -> bool {
    let named = env::var_os("PKG_CONFIG_PATH").unwrap_or_default();
    let own = env::split_paths(&named).collect::<Vec<_>>();
    own.iter().chain(&folders(PKG_CONFIG_FOLDERS)).any(|folder| folder.join("webkit2gtk-4.1.pc").is_file())
}

fn has_libclang() -> bool {
    if env::var_os("LIBCLANG_PATH").is_some_and(|value| !value.is_empty()) {
        return true;
    }
    let library = folders(LIBCLANG_FOLDERS).iter().any(|folder| holds_libclang(folder));
    library && folders(CLANG_HEADERS).iter().any(|folder| folder.join("stddef.h").is_file())
}

/// Whether a folder holds `libclang.so`, `libclang.so.1`, `libclang-14.so.1` or the like, but not only `libclang-cpp`.
fn holds_libclang(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| is_libclang(&entry.file_name().to_string_lossy()))
}

fn is_libclang(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("libclang") else { return false };
    let version =
        rest.strip_prefix('-').map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'));
    rest.starts_with(".so") || (rest.starts_with('-') && (version.starts_with("so") || version.starts_with(".so")))
}

/// A program's path, as a shell would find it.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The folders that patterns name.
fn folders(patterns: &[&str]) -> Vec<PathBuf> {
    patterns.iter().flat_map(|pattern| expand(Path::new("/"), pattern.trim_start_matches('/'))).collect()
}

/// Folders below `base` that match a pattern: a star stands for any end of one name.
fn expand(base: &Path, pattern: &str) -> Vec<PathBuf> {
    let (first, rest) = pattern.split_once('/').map_or((pattern, None), |(first, rest)| (first, Some(rest)));
    let mut found = Vec::new();
    if let Some(prefix) = first.strip_suffix('*') {
        let Ok(entries) = fs::read_dir(base) else { return found };
        found.extend(
            entries
                .flatten()
                .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix) && entry.path().is_dir())
                .map(|entry| entry.path()),
        );
    } else {
        found.push(base.join(first));
    }
    match rest {
        None => found,
        Some(rest) => found.iter().flat_map(|folder| expand(folder, rest)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_asked_where_nobody_can_answer() {
        assert_eq!(way(true, false, false), Way::Direct);
        assert_eq!(way(true, true, true), Way::Direct);
        assert_eq!(way(false, true, true), Way::Sudo);
        assert_eq!(way(false, true, false), Way::SilentSudo);
        assert_eq!(way(false, false, true), Way::None);
    }

    #[test]
    fn the_c_library_of_clang_is_told_from_its_neighbours() {
        for name in ["libclang.so", "libclang.so.1", "libclang-14.so.1", "libclang-14.0.6.so", "libclang-19.so"] {
            assert!(is_libclang(name), "{name}");
        }
        for name in ["libclang-cpp.so", "libclang-cpp.so.14", "libclangAST.a", "libclang.a", "libclang", "clang.so"] {
            assert!(!is_libclang(name), "{name}");
        }
    }

    #[test]
    fn a_star_stands_for_the_end_of_one_name() {
        let base = env::temp_dir().join(format!("xtask-expand-{}", std::process::id()));
        for folder in ["llvm-14/lib", "llvm-19/lib", "gcc/lib"] {
            fs::create_dir_all(base.join(folder)).expect("folder made");
        }
        let mut found = expand(&base, "llvm-*/lib");
        found.sort();
        assert_eq!(found, [base.join("llvm-14/lib"), base.join("llvm-19/lib")]);
        fs::remove_dir_all(&base).expect("folder removed");
    }
}
