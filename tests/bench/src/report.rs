//! Where figures go: a line each for people, a line each of JSON for programs.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::figure::{Figure, Sample};
use crate::machine;
use crate::options::Options;

/// The outputs.
pub(crate) struct Report {
    json: Option<File>,
    runs: u32,
}

impl Report {
    /// Opens them; what an earlier measurement wrote to the JSON file is gone.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub(crate) fn open(options: &Options) -> anyhow::Result<Self> {
        let create =
            |path: &std::path::PathBuf| File::create(path).with_context(|| format!("cannot write {}", path.display()));
        Ok(Self { json: options.json.as_ref().map(create).transpose()?, runs: options.runs() })
    }

    /// Says what is measured on, once the nodes' folder is known.
    pub(crate) fn machine(&self, data: &Path) {
        println!("{}", machine::line(data));
        if machine::file_system(data).as_deref() == Some("tmpfs") {
            println!("caution: this file system is memory, syncing costs nothing on it; name a disk with --dir");
        }
        println!(
            "median of {}, lowest..highest",
            if self.runs == 1 { "1 run".into() } else { format!("{} runs", self.runs) }
        );
    }

    /// Says what is going on, to those who watch.
    pub(crate) fn progress(text: &str) {
        eprintln!("  {text}");
    }

    /// Shows and writes what all runs of a workload of size `n` yielded.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn record(&mut self, bench: &'static str, n: usize, runs: &[Vec<Sample>]) -> anyhow::Result<()> {
        for figure in Figure::gather(bench, n, runs) {
            println!("{}", figure.text());
            if let Some(file) = &mut self.json {
                writeln!(file, "{}", figure.json()?).context("cannot write the figures")?;
            }
        }
        Ok(())
    }
}
