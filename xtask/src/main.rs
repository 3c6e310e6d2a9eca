//! The task runner: `cargo xtask COMMAND`. One file per command, the standard library only, so that it compiles in seconds on a
//! machine that has nothing but Rust. What the product does never lives here.

mod bench;
mod clients;
mod failure;
mod generate;
mod help;
mod lint;
mod nodejs;
mod packages;
mod run;
mod screen;
mod soak;
mod step;
mod suite;
mod test;
mod workspace;

use std::process::ExitCode;

use failure::Failure;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            screen::complain(&format!("xtask: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Hands the arguments after the command's name to that command.
fn dispatch(arguments: &[String]) -> Result<(), Failure> {
    let Some((command, rest)) = arguments.split_first() else {
        help::print();
        return Ok(());
    };
    if rest.iter().any(|argument| argument == "--help" || argument == "-h") && command != "run" {
        help::print();
        return Ok(());
    }
    match command.as_str() {
        "run" => run::command(rest),
        "test" => test::command(rest),
        "lint" => lint::command(rest),
        "bench" => bench::command(rest),
        "soak" => soak::command(rest),
        "gen" => generate::command(rest),
        "help" | "--help" | "-h" => {
            help::print();
            Ok(())
        }
        other => Err(Failure::usage(format!("no command '{other}'; `cargo xtask help` lists them"))),
    }
}
