//! `cargo xtask soak`: the suites whose counts are kept small by default, with their full counts. They are the same tests: each reads
//! `FOLKMOOT_SOAK` (its own name, or `all`) and `FOLKMOOT_SOAK_CASES` (how many).

use crate::{failure::Failure, packages, test, workspace};

/// Cases a suite runs when nothing else is asked for; the slowest needs about an hour for that many.
const CASES: u64 = 2_000;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    /// A part of a test's path, or nothing for all.
    name: Option<String>,
    cases: u64,
}

/// Runs one suite, named by a part of its tests' paths, or all.
///
/// # Errors
/// As [`test::command`].
pub(crate) fn command(arguments: &[String]) -> Result<(), Failure> {
    let plan = plan(arguments)?;
    packages::ensure(packages::Need::Window)?;
    let mut cargo = workspace::cargo(
        ["test", "--workspace", "--no-fail-fast"].into_iter().chain(workspace::locked().iter().copied()),
    );
    cargo
        .env("FOLKMOOT_SOAK", plan.name.as_deref().unwrap_or("all"))
        .env("FOLKMOOT_SOAK_CASES", plan.cases.to_string());
    cargo.args(plan.name.as_deref());
    let title = format!("soak {}, {} cases each", plan.name.as_deref().unwrap_or("all"), plan.cases);
    test::run(&title, &mut cargo).map(|_| ())
}

fn plan(arguments: &[String]) -> Result<Plan, Failure> {
    let mut plan = Plan { name: None, cases: CASES };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--cases" => {
                let number = rest.next().and_then(|value| value.parse().ok()).filter(|cases| *cases > 0);
                plan.cases = number.ok_or_else(|| Failure::usage("--cases takes a number above 0"))?;
            }
            option if option.starts_with('-') => return Err(Failure::usage(format!("soak has no option '{option}'"))),
            name if plan.name.is_none() => plan.name = Some(name.to_owned()),
            _ => return Err(Failure::usage("soak takes one name at most")),
        }
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_name_and_a_count_are_understood_in_any_order() {
        let expected = Plan { name: Some("kill".into()), cases: 7 };
        assert_eq!(plan(&words("kill --cases 7")).expect("valid"), expected);
        assert_eq!(plan(&words("--cases 7 kill")).expect("valid"), expected);
        assert_eq!(plan(&[]).expect("valid"), Plan { name: None, cases: CASES });
    }

    #[test]
    fn wrong_arguments_are_named() {
        for wrong in ["--cases", "--cases none", "--cases 0", "--often", "one two"] {
            let failure = plan(&words(wrong)).expect_err(wrong);
            assert_eq!(failure.exit_code(), 2, "{wrong}: {failure}");
        }
    }
}
