//! What to measure and how often: the command line, and the sizes that follow from it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// One workload of `docs/performance.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "PascalCase")]
pub(crate) enum Workload {
    /// 10,000 messages, 32 in flight: acknowledged messages/s
    #[value(alias = "w1a")]
    W1a,
    /// one message at a time: p50, p99 ms
    #[value(alias = "w1b")]
    W1b,
    /// one sender, four receivers, 50 messages/s: send to event, p50, p99 ms
    #[value(alias = "w2a")]
    W2a,
    /// the same, as fast as it goes: messages/s delivered to all four
    #[value(alias = "w2b")]
    W2b,
    /// a fresh node joins a full channel: until all is listed, until the newest page is readable
    #[value(alias = "w3")]
    W3,
    /// a random page of 50: p50, p99 ms
    #[value(alias = "w4")]
    W4,
    /// an idle node: memory, start, disk per message
    #[value(alias = "w5")]
    W5,
}

/// Measures whole nodes on this machine, which should be doing nothing else.
#[derive(Clone, Debug, Parser)]
#[command(name = "folkmoot-bench", version)]
pub(crate) struct Options {
    /// What to measure; everything when left out
    #[arg(value_enum)]
    pub(crate) workloads: Vec<Workload>,
    /// Write one JSON object per figure to this file, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// How often each workload is measured; the figure is the median [default: 3, with --quick 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    runs: Option<u32>,
    /// Small sizes: shows in under a minute that everything runs; the figures mean little
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Also the long ones: W3 with 100,000 messages
    #[arg(long)]
    pub(crate) full: bool,
    /// The program to measure [default: `moot` beside this program]
    #[arg(long, value_name = "FILE", env = "MOOT_BENCH_BINARY")]
    pub(crate) moot: Option<PathBuf>,
    /// Folder for the nodes' data, on the disk that is to be measured [default: the system's temporary folder]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
}

/// How much work each workload does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// Messages of W1a.
    pub(crate) pipelined: usize,
    /// Messages of W1b.
    pub(crate) alone: usize,
    /// How long W2a sends.
    pub(crate) paced: Duration,
    /// Messages of W2b.
    pub(crate) flood: usize,
    /// Messages of W3's channel, one after the other.
    pub(crate) joins: Vec<usize>,
    /// Messages of the channel of W4 and W5.
    pub(crate) history: usize,
    /// Pages W4 reads.
    pub(crate) pages: usize,
}

impl Options {
    /// Whether a workload was asked for.
    pub(crate) fn wants(&self, workload: Workload) -> bool {
        self.workloads.is_empty() || self.workloads.contains(&workload)
    }

    /// How often each workload is measured.
    pub(crate) fn runs(&self) -> u32 {
        self.runs.unwrap_or(if self.quick { 1 } else { 3 })
    }

    /// How much work each workload does.
    pub(crate) fn sizes(&self) -> Sizes {
        if self.quick {
            return Sizes {
                pipelined: 1_000,
                alone: 300,
                paced: Duration::from_secs(5),
                flood: 1_000,
                joins: vec![1_000],
                history: 2_000,
                pages: 200,
            };
        }
        Sizes {
            pipelined: 10_000,
            alone: 2_000,
            paced: Duration::from_secs(20),
            flood: 10_000,
            joins: if self.full { vec![10_000, 100_000] } else { vec![10_000] },
            history: 100_000,
            pages: 2_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workload_is_named_in_either_case() {
        let options = Options::try_parse_from(["bench", "W1a", "w3"]).expect("two workloads");
        assert_eq!(options.workloads, [Workload::W1a, Workload::W3]);
        assert!(options.wants(Workload::W3) && !options.wants(Workload::W4));
        assert!(Options::try_parse_from(["bench", "W9"]).is_err());
    }

    #[test]
    fn quick_measures_once_unless_told_otherwise() {
        let runs = |words: &[&str]| Options::try_parse_from(words).expect("options").runs();
        assert_eq!(runs(&["bench"]), 3);
        assert_eq!(runs(&["bench", "--quick"]), 1);
        assert_eq!(runs(&["bench", "--quick", "--runs", "2"]), 2);
    }

    #[test]
    fn full_adds_the_long_join() {
        let joins = |words: &[&str]| Options::try_parse_from(words).expect("options").sizes().joins;
        assert_eq!(joins(&["bench", "W3"]), [10_000]);
        assert_eq!(joins(&["bench", "W3", "--full"]), [10_000, 100_000]);
    }
}
