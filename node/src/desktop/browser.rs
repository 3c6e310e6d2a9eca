//! The way in where the window cannot be shown: the person's browser.
//!
//! A browser is started with the address among its arguments, which every user of the machine can read while the ticket in
//! it is good. So this is only done where nobody else is: on a machine that other people use too, the address is printed
//! and its owner opens it.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

/// The desktop's own way to open an address.
const OPENER: &str = "xdg-open";
/// How long it may take: it hands the address on and ends.
const OPENED_WITHIN: Duration = Duration::from_secs(10);
/// User ids that people have; below are the system's own services, above nobody and containers.
const PEOPLE: std::ops::Range<u32> = 1_000..60_000;

/// Opens an address of the interface; false if somebody could read it over our shoulder or nothing can open it.
pub(crate) async fn open_in_browser(url: &str) -> bool {
    if others_are_here(Path::new("/proc"), rustix::process::geteuid().as_raw()) {
        return false;
    }
    let mut command = Command::new(OPENER);
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = tokio::process::Command::from(command).spawn() else { return false };
    // One that does not end has become the browser.
    tokio::time::timeout(OPENED_WITHIN, child.wait())
        .await
        .map_or(true, |ended| ended.is_ok_and(|status| status.success()))
}

/// Whether another person runs something here. Where the system hides others' processes from us, it hides ours from them.
fn others_are_here(proc: &Path, own: u32) -> bool {
    let Ok(entries) = fs::read_dir(proc) else { return false };
    entries
        .flatten()
        .filter(|entry| entry.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit))
        .filter_map(|entry| entry.metadata().ok())
        .any(|process| process.uid() != own && PEOPLE.contains(&process.uid()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_of_others_are_told_from_our_own() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("17")).expect("made");
        fs::create_dir(folder.path().join("self")).expect("made");
        let owner = fs::metadata(folder.path()).expect("there").uid();
        assert!(!others_are_here(folder.path(), owner), "our own");
        assert_eq!(
            others_are_here(folder.path(), owner + 1),
            PEOPLE.contains(&owner),
            "another's, if that is a person"
        );
        assert!(!others_are_here(&folder.path().join("nowhere"), owner), "hidden");
    }
}
