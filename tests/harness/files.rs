//! Looking into the files of a data folder, as whoever holds the disk can.

use std::path::{Path, PathBuf};

/// Every file below a folder, without order.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let entry = entry.expect("a readable entry");
            if entry.file_type().expect("a file type").is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found
}

/// The files below a folder that hold one of the texts, as UTF-8 or UTF-16, with the text found.
pub(crate) fn plaintext_in(folder: &Path, texts: &[&str]) -> Vec<(PathBuf, String)> {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let needles: Vec<(&str, Vec<u8>)> =
        texts.iter().flat_map(|&text| [(text, text.as_bytes().to_vec()), (text, utf16(text))]).collect();
    let mut found = Vec::new();
    for path in files_below(folder) {
        // A socket or a file that vanished holds nothing.
        let Ok(bytes) = std::fs::read(&path) else { continue };
        for (text, needle) in &needles {
            if contains(&bytes, needle) {
                found.push((path.clone(), (*text).to_owned()));
            }
        }
    }
    found
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    let Some((&first, rest)) = needle.split_first() else { return true };
    let mut remaining = bytes;
    while let Some(at) = remaining.iter().position(|&byte| byte == first) {
        remaining = &remaining[at + 1..];
        if remaining.starts_with(rest) {
            return true;
        }
    }
    false
}
