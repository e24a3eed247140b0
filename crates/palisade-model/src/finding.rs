//! What a rule concluded, as facts. Severity, rank and sentences are made by `palisade-report`.

use crate::change::Remedy;
use crate::problem::Problem;
use crate::reach::Reach;
use crate::source::Span;

/// What somebody gains.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Consequence {
    /// Leaves traces, lacks a habit.
    Untidy,
    /// Tells internals, lacks a defense.
    Weakens,
    /// Acts in a user's name, forges, costs money, stops service.
    Misuses,
    /// Reads or changes what belongs to others.
    TakesData,
    /// Runs code, assumes rights, gets past sign-in.
    TakesControl,
}

impl Consequence {
    /// The word of machine formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Untidy => "untidy",
            Self::Weakens => "weakens",
            Self::Misuses => "misuses",
            Self::TakesData => "takes data",
            Self::TakesControl => "takes control",
        }
    }
}

/// How sure a finding is. It orders within a severity and never changes it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Confidence {
    /// Two causes of doubt: shown with `--pedantic` only.
    Possible,
    /// One cause of doubt.
    Likely,
    /// None.
    Certain,
}

impl Confidence {
    /// The word of every format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What a step of a path is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StepKind {
    /// Where the outside comes in (template).
    Entry,
    /// The field that carries it.
    Field,
    /// From one function or module to another inside one lambda.
    HandOver,
    /// Through a store or channel to another lambda.
    Crossing,
    /// A check that does not help, or an escape for another grammar.
    Guard,
    /// The line that does harm.
    Line,
    /// The role.
    Role,
    /// The data the role reaches.
    Data,
}

impl StepKind {
    /// The word of machine formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Field => "field",
            Self::HandOver => "hand-over",
            Self::Crossing => "crossing",
            Self::Guard => "guard",
            Self::Line => "line",
            Self::Role => "role",
            Self::Data => "data",
        }
    }
}

/// One step of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// Where.
    pub span: Span,
    /// A sentence fragment, such as `chosen by the sender`.
    pub text: String,
    /// Call depth, 0 in the handler.
    pub depth: u8,
}

/// A change that closes a path or limits what it reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut {
    /// Where to change something.
    pub span: Span,
    /// What to do, beginning with a verb: `pass a list, without a shell`.
    pub text: String,
    /// What it achieves: `closes the path` or `limits it to …`.
    pub effect: String,
    /// Whether it closes the path.
    pub closes: bool,
}

/// What an attacker would send to prove a path, harmless.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Example {
    /// The payload in the field, such as `x.pdf;touch${IFS}/tmp/palisade-canary`.
    pub payload: String,
    /// The whole event as JSON, ready to pipe.
    pub event: String,
}

/// Why a finding shows at low, whatever the table says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Capped {
    /// No entry reaches the code yet.
    Latent,
    /// Only a path of a fixed host can be chosen.
    UrlPath,
    /// Hygiene.
    Hygiene,
}

/// A finding.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// Rule id, such as `sas01-os-command`.
    pub rule: &'static str,
    /// Risks, such as `[1]`.
    pub sas: &'static [u8],
    /// Weakness classes.
    pub cwe: &'static [u16],
    /// Root of the App it belongs to.
    pub app: String,
    /// The function, as people call it; `None` for the application.
    pub function: Option<String>,
    /// The trigger in words, such as `POST /order`, `queue orders-paid`.
    pub trigger: Option<String>,
    /// First line of the sink call, or the value in a template.
    pub place: Span,
    /// Who can do it.
    pub reach: Reach,
    /// Whether no trigger of the tree says who can.
    pub reach_unknown: bool,
    /// What they gain.
    pub consequence: Consequence,
    /// How sure it is.
    pub confidence: Confidence,
    /// An exception that shows it at low.
    pub capped: Option<Capped>,
    /// Whether characters arrive encoded (one severity lower).
    pub encoded: bool,
    /// What follows `<who> can`: `run commands in ConvertFunction by naming an attachment`.
    pub deed: String,
    /// The consequence for `why`, such as `it runs commands`.
    pub effect: String,
    /// The field that carries it, such as `s3.object.key`.
    pub field: String,
    /// The callee of the harmful line, such as `os.system`.
    pub sink: String,
    /// The way, in order.
    pub steps: Vec<Step>,
    /// The role that the code runs with.
    pub role: Option<String>,
    /// The data that role reaches, most valuable first.
    pub data: Vec<String>,
    /// How many nodes hold that data; more ranks first.
    pub data_weight: usize,
    /// How to prove it.
    pub example: Option<Example>,
    /// How to close it.
    pub cuts: Vec<Cut>,
    /// What closes it by itself, if anything does safely.
    pub remedy: Option<Remedy>,
    /// Other ways to the same root cause: place and words.
    pub also: Vec<(Span, String)>,
    /// How many more ways were left out.
    pub more: usize,
}

/// What a suppression says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suppressed {
    /// The reason given.
    pub reason: String,
    /// Where it stands: in the source, or in `palisade.toml`.
    pub place: Option<Span>,
}

/// A function as the summary counts it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionSummary {
    /// Name for people.
    pub name: String,
    /// Root of its App.
    pub app: String,
    /// Where it is declared.
    pub place: Span,
    /// The triggers in words, each with who can start it.
    pub triggers: Vec<String>,
    /// Source file and function, if the handler was found.
    pub handler: Option<String>,
    /// Role, if known.
    pub role: Option<String>,
    /// What was not understood.
    pub incomplete: Vec<String>,
}

/// Everything a scan found: the input of every output format.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// Findings with the suppression that covers them, if any; order is of no meaning.
    pub findings: Vec<(Finding, Option<Suppressed>)>,
    /// What could not be read or resolved, in order of place.
    pub problems: Vec<Problem>,
    /// Functions in order.
    pub functions: Vec<FunctionSummary>,
    /// Names and kinds of resources.
    pub resources: Vec<(String, &'static str)>,
    /// How many files were read.
    pub files: usize,
    /// How many files were left out on purpose (tests, vendored, ignored).
    pub left_out: usize,
    /// Whether anything was understood: a function, a resource or a handler.
    pub understood: bool,
    /// The day of the scan, `YYYY-MM-DD`.
    pub as_of: String,
}
