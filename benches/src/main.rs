//! Measures scans: time of the processor and peak memory, each measure in a process of its own.

mod case;
mod child;
mod corpora;
mod generate;
mod growth;
mod machine;
mod nasty;
mod numbers;
mod parse;
mod start;

use std::process::ExitCode;

const HELP: &str = "\
palisade-bench: time of the processor (user + system) and peak memory of scans

  palisade-bench corpora FOLDER...      every folder: parsing alone against the whole scan
  palisade-bench growth [N...]          generated applications of N functions [default: 1000 10000]
  palisade-bench nasty                  inputs that are hard on purpose
  palisade-bench start [PALISADE]       start-up of the command
  palisade-bench write KIND N FOLDER    writes a generated application (`one` or `many`) or nasty input to a folder

  --repeat K    the median of K runs [default: 3]
  --jobs N      threads of a scan [default: 1]
";

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "case") {
        return child::run(words.get(1..).unwrap_or_default());
    }
    let repeat = numbers::option(&mut words, "--repeat").unwrap_or(3);
    let jobs = numbers::option(&mut words, "--jobs").unwrap_or(1);
    let settings = case::Settings { repeat, jobs };
    let Some((command, rest)) = words.split_first() else {
        return say(HELP, ExitCode::from(2));
    };
    let text = match command.as_str() {
        "corpora" => corpora::measure(rest, settings),
        "growth" => growth::measure(rest, settings),
        "nasty" => nasty::measure(settings),
        "start" => start::measure(rest, settings),
        "write" => generate::write(rest),
        _ => return say(HELP, ExitCode::from(2)),
    };
    say(&format!("{}\n{text}", machine::words()), ExitCode::SUCCESS)
}

#[allow(clippy::print_stdout, reason = "the table is what this program is for")]
fn say(text: &str, code: ExitCode) -> ExitCode {
    print!("{text}");
    code
}
