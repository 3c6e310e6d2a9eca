//! The entry in the desktop's menu, which also makes `moot` the program for `moot://` links: two files below the person's
//! own data folder, as the freedesktop.org specifications have it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What the entry and the icon are called.
const NAME: &str = "org.folkmoot.Folkmoot";
/// The kind of link.
const SCHEME: &str = "x-scheme-handler/moot";

/// Why the entry cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EntryError {
    /// The file system refuses.
    #[error("cannot {act} {}", path.display())]
    File {
        /// What was tried.
        act: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A path cannot stand in a desktop entry.
    #[error("{} cannot stand in a desktop entry", path.display())]
    Path {
        /// Which.
        path: PathBuf,
    },
}

/// The files of the entry.
pub(crate) struct Entry {
    desktop: PathBuf,
    icon: PathBuf,
}

impl Entry {
    /// Below the person's data folder, as `~/.local/share`.
    pub(crate) fn in_data_home(data_home: &Path) -> Self {
        Self {
            desktop: data_home.join("applications").join(format!("{NAME}.desktop")),
            icon: data_home.join("icons/hicolor/scalable/apps").join(format!("{NAME}.svg")),
        }
    }

    /// The files, in the order they are written.
    pub(crate) fn files(&self) -> [&Path; 2] {
        [&self.icon, &self.desktop]
    }

    /// Whether it is there.
    pub(crate) fn is_installed(&self) -> bool {
        self.desktop.is_file()
    }

    /// Writes the files and tells the desktop. `data_dir`: the folder of the node that the entry opens, if not the usual.
    ///
    /// # Errors
    /// [`EntryError`].
    pub(crate) fn install(&self, moot: &Path, data_dir: Option<&Path>) -> Result<(), EntryError> {
        let text = text(moot, data_dir)?;
        write(&self.icon, folkmoot_webview::icon())?;
        write(&self.desktop, text.as_bytes())?;
        self.tell_desktop();
        let file = format!("{NAME}.desktop");
        run("xdg-mime", &["default".as_ref(), file.as_ref(), SCHEME.as_ref()]);
        Ok(())
    }

    /// Takes the files away; those that are not there are away.
    ///
    /// # Errors
    /// [`EntryError`].
    pub(crate) fn remove(&self) -> Result<(), EntryError> {
        for path in [&self.desktop, &self.icon] {
            match fs::remove_file(path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(EntryError::File { act: "remove", path: path.clone(), source });
                }
                Ok(()) | Err(_) => {}
            }
        }
        self.tell_desktop();
        Ok(())
    }

    /// Desktops keep an index of their entries; those that read the files themselves have no such program.
    fn tell_desktop(&self) {
        if let Some(folder) = self.desktop.parent() {
            run("update-desktop-database", &["-q".as_ref(), folder.as_ref()]);
        }
    }
}

fn run(program: &str, arguments: &[&std::ffi::OsStr]) {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(error) = command.status() {
        tracing::debug!(%error, program, "not run");
    }
}

/// Writes a file so that a reader sees the old one or all of the new one.
fn write(path: &Path, bytes: &[u8]) -> Result<(), EntryError> {
    let failed = |source| EntryError::File { act: "write", path: path.to_owned(), source };
    let draft = path.with_extension("new");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(&draft, bytes).and_then(|()| fs::rename(&draft, path)).map_err(failed)
}

fn text(moot: &Path, data_dir: Option<&Path>) -> Result<String, EntryError> {
    let mut command = quoted(moot)?;
    if let Some(data_dir) = data_dir {
        command += " --data-dir ";
        command += &quoted(data_dir)?;
    }
    Ok(format!(
        "[Desktop Entry]\n\
         Type=Application\n\
         Name=Folkmoot\n\
         GenericName=Chat\n\
         Comment=Chat that belongs to the people in it\n\
         Exec={command} %u\n\
         Icon={NAME}\n\
         Terminal=false\n\
         Categories=Network;InstantMessaging;Chat;\n\
         Keywords=chat;message;community;server;\n\
         MimeType={SCHEME};\n\
         StartupNotify=true\n\
         StartupWMClass=moot-window\n"
    ))
}

/// A path as one argument of `Exec`: quoted as the specification has it, then its backslashes doubled as in every string.
fn quoted(path: &Path) -> Result<String, EntryError> {
    let unusable = || EntryError::Path { path: path.to_owned() };
    let text = path.to_str().filter(|text| !text.chars().any(char::is_control)).ok_or_else(unusable)?;
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '`' | '$' => quoted.push_str("\\\\"),
            '\\' => quoted.push_str("\\\\\\"),
            // A field code would begin here.
            '%' => quoted.push('%'),
            _ => {}
        }
        quoted.push(character);
    }
    quoted.push('"');
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_is_written_read_and_removed() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let entry = Entry::in_data_home(home.path());
        assert!(!entry.is_installed());
        entry.install(Path::new("/opt/folk moot/moot"), Some(Path::new("/data"))).expect("installed");
        let text = fs::read_to_string(&entry.desktop).expect("there");
        assert!(text.contains("\nExec=\"/opt/folk moot/moot\" --data-dir \"/data\" %u\n"), "{text}");
        assert!(text.contains("\nMimeType=x-scheme-handler/moot;\n"), "{text}");
        assert!(fs::read_to_string(&entry.icon).expect("there").contains("<svg"));
        entry.remove().expect("removed");
        entry.remove().expect("removed twice");
        assert!(!entry.is_installed() && !entry.icon.exists());
    }

    #[test]
    fn paths_are_quoted_for_the_desktop() {
        let quoted = |path: &str| quoted(Path::new(path)).expect("usable");
        assert_eq!(quoted("/a b/moot"), r#""/a b/moot""#);
        assert_eq!(quoted("/100%/moot"), r#""/100%%/moot""#);
        assert_eq!(quoted(r#"/a"$`\/moot"#), r#""/a\\"\\$\\`\\\\/moot""#);
        assert!(text(Path::new("/a\nExec=evil"), None).is_err());
    }
}
