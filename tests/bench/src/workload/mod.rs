//! The workloads, in their order. Those that need the same scene share it.

mod acknowledge;
mod deliver;
mod history;
mod join;

use crate::node::Moot;
use crate::options::{Options, Workload};
use crate::report::Report;

/// Messages of one connection on their way at once, where many are.
const IN_FLIGHT: usize = 32;

/// Measures what was asked for.
///
/// # Errors
/// If a node fails; what was measured before is reported already.
pub(crate) async fn run(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let moot = Moot::find(options.moot.as_deref(), options.dir.as_deref())?;
    report.machine(moot.folder());
    let (sizes, runs) = (options.sizes(), options.runs());
    if options.wants(Workload::W1a) || options.wants(Workload::W1b) {
        acknowledge::run(&moot, options, &sizes, report).await?;
    }
    if options.wants(Workload::W2a) || options.wants(Workload::W2b) {
        deliver::run(&moot, options, &sizes, report).await?;
    }
    if options.wants(Workload::W3) {
        for &messages in &sizes.joins {
            join::run(&moot, messages, runs, report).await?;
        }
    }
    if options.wants(Workload::W4) || options.wants(Workload::W5) {
        history::run(&moot, options, &sizes, report).await?;
    }
    Ok(())
}
