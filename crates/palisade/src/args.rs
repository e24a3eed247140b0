//! What may be typed: words as they are, before they mean anything.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Finds who can reach which harmful line of a serverless application.
#[derive(Debug, Parser)]
#[command(name = "palisade", version, arg_required_else_help = true)]
pub(crate) struct Typed {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan folders, templates or source files
    Scan(ScanArgs),
    /// Explain a rule, a finding, a function, or how findings are ranked
    Explain(ExplainArgs),
    /// Show the paths from senders to data, one ladder each
    Paths(PathsArgs),
    /// Compare what each function may do with what its code needs, and write the least role back
    Roles(RolesArgs),
    /// List the rules
    Rules(RulesArgs),
}

/// What to scan.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Input {
    /// Folders or files [default: the current folder]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Scan the built-in example instead
    #[arg(long, conflicts_with = "paths")]
    pub(crate) example: bool,
    /// Judge by these rules or risks alone, such as `sas1` or `os-command`
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Leave these rules or risks out
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) skip: Vec<String>,
    /// The stage that templates ask for
    #[arg(long, value_name = "NAME")]
    pub(crate) stage: Option<String>,
    /// A value for a template parameter
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) parameter: Vec<String>,
    /// The day to judge by, such as 2026-10-01 [default: today]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// How many threads to use [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
}

/// How to show it.
#[derive(Debug, Args)]
pub(crate) struct Look {
    /// auto, always or never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: String,
}

/// `palisade scan`.
#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// What to scan.
    #[command(flatten)]
    pub(crate) input: Input,
    /// text, json or sarif
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: String,
    /// Write to this file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Fail (exit 1) from this severity on: critical, high, medium, low or note [default: high]
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<String>,
    /// One line a finding and the count; nothing when clean
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Frames for every finding, and everything that was counted only
    #[arg(long)]
    pub(crate) full: bool,
    /// How many findings get frames [default: all of up to five, else three]
    #[arg(long, value_name = "N")]
    pub(crate) top: Option<usize>,
    /// Show notes and possible findings too
    #[arg(long)]
    pub(crate) pedantic: bool,
    /// Succeed where no function, resource or handler was understood
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Write repairs that break nothing back into the templates, after showing the changes
    #[arg(long, conflicts_with_all = ["output", "fail_on", "quiet", "full", "top"])]
    pub(crate) fix: bool,
    /// Write without asking
    #[arg(long, requires = "fix")]
    pub(crate) yes: bool,
    /// How to show it.
    #[command(flatten)]
    pub(crate) look: Look,
}

/// `palisade explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A rule, the id of a finding, the name of a function, or `ranking`
    #[arg(value_name = "RULE|FINDING|FUNCTION|ranking")]
    pub(crate) what: String,
    /// What to scan.
    #[command(flatten)]
    pub(crate) input: Input,
    /// Print only the event's JSON of a finding, ready to pipe
    #[arg(long)]
    pub(crate) event: bool,
    /// How to show it.
    #[command(flatten)]
    pub(crate) look: Look,
}

/// `palisade paths`.
#[derive(Debug, Args)]
pub(crate) struct PathsArgs {
    /// What to scan.
    #[command(flatten)]
    pub(crate) input: Input,
    /// Only paths that begin with this sender or trigger, such as `anyone`
    #[arg(long, value_name = "WHO")]
    pub(crate) from: Option<String>,
    /// Only paths that end at this data, such as a table's name
    #[arg(long, value_name = "DATA")]
    pub(crate) to: Option<String>,
    /// Only paths through this function, resource, role, field or call
    #[arg(long, value_name = "NAME")]
    pub(crate) through: Option<String>,
    /// How many to show [default: all]
    #[arg(long, value_name = "N")]
    pub(crate) top: Option<usize>,
    /// How to show it.
    #[command(flatten)]
    pub(crate) look: Look,
}

/// `palisade rules`.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// text or json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: String,
    /// How to show it.
    #[command(flatten)]
    pub(crate) look: Look,
}

/// `palisade roles`.
#[derive(Debug, Args)]
pub(crate) struct RolesArgs {
    /// What to scan; with `--fix`, words that are no file or folder name functions.
    #[command(flatten)]
    pub(crate) input: Input,
    /// text, json, markdown, policy or sarif
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: String,
    /// Tell for each action of this function's role which line needs it
    #[arg(long, value_name = "FUNCTION", conflicts_with_all = ["fix", "function"])]
    pub(crate) explain: Option<String>,
    /// Write the least role back into the templates, after showing the changes
    #[arg(long)]
    pub(crate) fix: bool,
    /// Only this function; may stand several times
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) function: Vec<String>,
    /// Write without asking
    #[arg(long, requires = "fix")]
    pub(crate) yes: bool,
    /// Show every row
    #[arg(long)]
    pub(crate) full: bool,
    /// How to show it.
    #[command(flatten)]
    pub(crate) look: Look,
}
