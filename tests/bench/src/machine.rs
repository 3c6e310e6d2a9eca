//! What the figures were measured on: read from the system, told in one line.

use std::fs;
use std::path::Path;

/// Cores, processor, memory, kernel, and the file system the nodes write to.
pub(crate) fn line(data: &Path) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = first_value("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory_mb = first_value("/proc/meminfo", "MemTotal").and_then(|text| kilobytes(&text)).unwrap_or(0) / 1_024;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let disk = file_system(data).unwrap_or_else(|| "unknown".to_owned());
    format!("{cores} cores, {model}, {memory_mb} MB, Linux {}, data on {disk}", kernel.trim())
}

/// Kind of the file system a folder is on; `tmpfs` keeps nothing, so syncing to it costs nothing.
pub(crate) fn file_system(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    kind_of(&fs::read_to_string("/proc/mounts").ok()?, &folder)
}

fn kind_of(mounts: &str, folder: &Path) -> Option<String> {
    let mount = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    };
    let holds = |(point, kind): (String, String)| folder.starts_with(&point).then_some((point.len(), kind));
    // Of two with equal names the later hides the earlier.
    mounts.lines().filter_map(mount).filter_map(holds).max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
}

/// A value in a file of `name: value` lines.
pub(crate) fn first_value(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'))?;
    Some(value.trim().to_owned())
}

/// The number of a value in kB.
pub(crate) fn kilobytes(value: &str) -> Option<u64> {
    value.strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_and_latest_mount_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/b /tmp/disk xfs rw 0 0\n/dev/c /tmp/disk btrfs rw 0 0\n";
        let kind = |folder: &str| kind_of(mounts, Path::new(folder));
        assert_eq!(kind("/tmp/disk/x").as_deref(), Some("btrfs"));
        assert_eq!(kind("/tmp/diskette").as_deref(), Some("tmpfs"));
        assert_eq!(kind("/home").as_deref(), Some("ext4"));
        assert_eq!(kind_of("", Path::new("/")), None);
    }

    #[test]
    fn sizes_are_kilobytes() {
        assert_eq!(kilobytes("24683 kB"), Some(24_683));
        assert_eq!(kilobytes("24683"), None);
    }

    #[test]
    fn this_machine_can_be_told() {
        let line = line(Path::new("/"));
        assert!(line.contains(" cores, ") && !line.contains(" 0 MB"), "{line}");
    }
}
