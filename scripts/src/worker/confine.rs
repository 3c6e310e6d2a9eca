//! What a worker gives up before it reads the first byte of a bot: memory beyond a bound, files, the network, other processes, new
//! rights, core dumps. Each layer is one the kernel may lack; which there are is told to the host, and `moot doctor` tells the user.

use std::{fmt, io};

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use serde::{Deserialize, Serialize};

/// Address space of a worker, program included.
pub const ADDRESS_SPACE_BYTES: u64 = 256 * 1024 * 1024;
/// Files a worker may have open: its pipe takes three.
pub const OPEN_FILES: u64 = 16;

/// What holds a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Memory, files and dumps are bounded.
    pub limits: bool,
    /// System calls other than a few are refused (seccomp).
    pub system_calls: bool,
    /// The file system is closed (Landlock).
    pub files: bool,
}

impl Confinement {
    /// Whether every layer holds.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.limits && self.system_calls && self.files
    }
}

impl fmt::Display for Confinement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |held: bool| if held { "yes" } else { "no" };
        write!(
            f,
            "memory limit {}, system calls filtered (seccomp) {}, file system closed (Landlock) {}",
            word(self.limits),
            word(self.system_calls),
            word(self.files)
        )
    }
}

/// What this machine's kernel offers, without confining anything.
#[must_use]
pub fn kernel() -> Confinement {
    let seccomp =
        std::fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail").is_ok_and(|text| text.contains("errno"));
    Confinement { limits: true, system_calls: seccomp && layers::has_filter(), files: layers::has_landlock() }
}

/// Confines this process, for good. What fails is left out and told.
pub(super) fn confine() -> Confinement {
    let limits = limit();
    if let Err(error) = &limits {
        tracing::warn!(%error, "a worker could not be limited");
    }
    let files = layers::close_files();
    // Last: it refuses what the others need.
    let system_calls = layers::filter_system_calls();
    Confinement { limits: limits.is_ok(), system_calls, files }
}

fn limit() -> io::Result<()> {
    let most = |most| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::As, most(ADDRESS_SPACE_BYTES))?;
    setrlimit(Resource::Nofile, most(OPEN_FILES))?;
    setrlimit(Resource::Core, most(0))?;
    setrlimit(Resource::Fsize, most(0))?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    rustix::thread::set_no_new_privs(true)?;
    Ok(())
}

#[cfg(target_os = "linux")]
mod layers {
    //! The kernel's own layers.

    use std::collections::BTreeMap;

    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
        TargetArch,
    };

    /// System calls of a program that computes, reads and writes its pipe, and ends.
    const ALLOWED: &[i64] = &[
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_sigaltstack,
        libc::SYS_clock_gettime,
        libc::SYS_getrandom,
        libc::SYS_sched_yield,
        libc::SYS_gettid,
        libc::SYS_getpid,
        libc::SYS_tgkill,
        libc::SYS_restart_syscall,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];

    /// System calls that give out memory; allowed unless what is in it could be executed.
    const MEMORY: &[i64] = &[libc::SYS_mmap, libc::SYS_mprotect];

    pub(super) fn has_filter() -> bool {
        program().is_some()
    }

    fn program() -> Option<BpfProgram> {
        let arch: TargetArch = std::env::consts::ARCH.try_into().ok()?;
        let executable = u64::from(libc::PROT_EXEC.unsigned_abs());
        let not_executable = || {
            let compare = SeccompCmpOp::MaskedEq(executable);
            let condition = SeccompCondition::new(2, SeccompCmpArgLen::Dword, compare, 0).ok()?;
            SeccompRule::new(vec![condition]).ok()
        };
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
        for call in MEMORY {
            rules.insert(*call, vec![not_executable()?]);
        }
        let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        SeccompFilter::new(rules, refused, SeccompAction::Allow, arch).ok()?.try_into().ok()
    }

    pub(super) fn filter_system_calls() -> bool {
        program().is_some_and(|program| seccompiler::apply_filter(&program).is_ok())
    }

    pub(super) fn has_landlock() -> bool {
        // Absent from the list where the kernel was built without it or did not start it.
        std::fs::read_to_string("/sys/kernel/security/lsm").is_ok_and(|text| text.contains("landlock"))
    }

    /// Closes the file system and TCP altogether: no rule allows anything.
    pub(super) fn close_files() -> bool {
        let closed = Ruleset::default()
            .handle_access(AccessFs::from_all(ABI::V5))
            .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(ABI::V5)))
            .and_then(Ruleset::create)
            .and_then(landlock::RulesetCreated::restrict_self);
        closed.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
    }
}

#[cfg(not(target_os = "linux"))]
mod layers {
    //! Systems that have none of these.

    pub(super) fn has_filter() -> bool {
        false
    }

    pub(super) fn filter_system_calls() -> bool {
        false
    }

    pub(super) fn has_landlock() -> bool {
        false
    }

    pub(super) fn close_files() -> bool {
        false
    }
}
