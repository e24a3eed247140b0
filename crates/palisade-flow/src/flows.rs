//! What the engine hands to rules: paths from an input to a place that does harm.

use palisade_model::api::ApiCall;
use palisade_model::app::{App, FunctionId, NodeId, TriggerId};
use palisade_model::problem::Problem;
use palisade_model::reach::Level;
use palisade_model::setting::Answer;
use palisade_model::source::{FileId, Span};
use palisade_model::text::Text;

use crate::taint::place::Place;
use crate::taint::telling::MADE;
use crate::transfer::Grammar;

/// A function of the program that something outside starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryRequest {
    /// Number of the App it belongs to.
    pub app: usize,
    /// The declared function; `None` where no template names it.
    pub function: Option<FunctionId>,
    /// Its source file.
    pub file: FileId,
    /// The exported name, dotted for a member.
    pub export: String,
    /// Whether it was recognized by its shape although templates declare every function here: nobody starts it yet.
    pub latent: bool,
}

/// Whether a function's role may do an action on a resource.
pub type May<'a> = dyn Fn(FunctionId, &str, Option<NodeId>, Option<&Text>) -> Answer + 'a;

/// An App with the judge of its permissions.
pub struct AppContext<'a> {
    /// The App.
    pub app: &'a App,
    /// The judge.
    pub may: &'a May<'a>,
}

impl std::fmt::Debug for AppContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppContext")
            .field("app", &self.app.root)
            .finish_non_exhaustive()
    }
}

/// One thing that happened on the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathStep {
    /// What.
    pub kind: PathStepKind,
    /// Where.
    pub span: Span,
    /// A name: of the function called, of the API, of the resource, the grammars a value was made safe for.
    pub note: String,
    /// Call depth.
    pub depth: u8,
}

/// What a step is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PathStepKind {
    /// The field is read out of the event.
    Field,
    /// Handed to a function of the program.
    Call,
    /// Through a library call.
    Library,
    /// Through a call nobody knows.
    Opaque,
    /// Decoded.
    Decode,
    /// Made safe for another grammar.
    Safe,
    /// Behind a check that does not help.
    Check,
    /// Built into a text.
    Concat,
    /// Written to a store.
    Write,
    /// Read from a store, in another function.
    Read,
    /// The sink.
    Sink,
}

/// Who sends what.
#[derive(Clone, PartialEq, Debug)]
pub struct PathOrigin {
    /// The declared function that the event starts.
    pub function: Option<FunctionId>,
    /// Number of the entry in the request.
    pub entry: usize,
    /// Its trigger; `None` where it is unknown.
    pub trigger: Option<TriggerId>,
    /// Event file, such as `aws.s3`.
    pub event: &'static str,
    /// Envelopes around the event, from the outside in.
    pub nested: Vec<&'static str>,
    /// The field's steps.
    pub field: Vec<palisade_events::Step>,
    /// The phrase of the field, such as `by naming an upload`.
    pub by: Option<String>,
    /// Who controls it, surely.
    pub surely: Level,
    /// Who may control it.
    pub possibly: Level,
    /// Whether no trigger says who.
    pub unknown: bool,
}

impl PathOrigin {
    /// Whether it is nothing of the event, but something the program made itself (`code.exception`, `code.secret`).
    pub fn is_made(&self) -> bool {
        self.event.starts_with(MADE)
    }
}

/// A path.
#[derive(Clone, PartialEq, Debug)]
pub struct FlowPath {
    /// Number of the App.
    pub app: usize,
    /// The declared function whose code holds the sink; `None` where no template names it.
    pub function: Option<FunctionId>,
    /// The entry whose code holds the sink.
    pub entry: usize,
    /// What reads the text.
    pub grammar: Grammar,
    /// Where in the text it stands.
    pub place: Place,
    /// The API, such as `os.system`.
    pub callee: String,
    /// The library file of the sink's row.
    pub library: String,
    /// The bytes of the sink call.
    pub sink: Span,
    /// The name of the program function that holds the sink.
    pub holder: String,
    /// Known text in front of the tainted part (`\u{FFFC}` for unknown pieces).
    pub prefix: String,
    /// The last text built on the way, where the repair belongs; else the sink.
    pub repair: Span,
    /// Where it comes from.
    pub origin: PathOrigin,
    /// The way.
    pub steps: Vec<PathStep>,
    /// Crossings between functions: from, resource or channel, to.
    pub crossings: Vec<(String, String, String)>,
    /// Calls on the way that nobody knows.
    pub opaque: u8,
    /// Whether a crossing, a trigger or a resource is doubtful.
    pub doubtful: bool,
    /// Whether characters arrive encoded.
    pub encoded: bool,
    /// Whether no entry reaches the code.
    pub latent: bool,
    /// Length.
    pub weight: u32,
    /// Other ways to the same cause: the sink and the field.
    pub also: Vec<(Span, String)>,
    /// How many more.
    pub more: usize,
}

/// What an argument is, as far as the program shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SiteValue {
    /// A text, with `\u{FFFC}` for what is unknown in it.
    Text(String),
    /// A number as written.
    Number(String),
    /// True or false.
    Flag(bool),
    /// A piece of a text cut at a separator, by number: `token.split(".")[1]`.
    Piece(String, usize),
    /// A map written out: keys and values.
    Record(Vec<(String, SiteValue)>),
    /// Anything else.
    Other,
}

impl SiteValue {
    /// The value under a key of a map that is written out.
    pub fn get(&self, key: &str) -> Option<&SiteValue> {
        match self {
            Self::Record(parts) => parts.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// An argument of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SiteArg {
    /// Its name, where it is passed by name.
    pub name: Option<String>,
    /// Whether it spreads a list or map.
    pub spread: bool,
    /// What it is.
    pub value: SiteValue,
}

/// A library call in code that something outside may start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallSite {
    /// The entries that reach it, by number.
    pub entries: Vec<usize>,
    /// What is called, as library rows name it: `requests.get`, `[dynamodb.Table].scan`.
    pub apis: Vec<String>,
    /// The bytes of the call.
    pub span: Span,
    /// The name of the function it stands in; `<module>` for a file's top level.
    pub function: String,
    /// Whether it stands at a file's top level.
    pub at_top: bool,
    /// The arguments in order.
    pub args: Vec<SiteArg>,
    /// Whether it stands in the body of a `try`.
    pub guarded: bool,
    /// Whether it stands in a handler of exceptions.
    pub in_catch: bool,
    /// Whether it stands in a loop of its function.
    pub in_loop: bool,
    /// Whether the result is used: awaited, returned, handed on.
    pub used: bool,
    /// For calls that make something at random: the keys and names it ends up under.
    pub names: Vec<String>,
}

impl CallSite {
    /// Whether it calls this API.
    pub fn calls(&self, api: &str) -> bool {
        self.apis.iter().any(|a| a == api)
    }

    /// The argument of a name.
    pub fn named(&self, name: &str) -> Option<&SiteValue> {
        let found = self.args.iter().find(|a| a.name.as_deref() == Some(name));
        found.map(|a| &a.value)
    }

    /// The positional argument of a number; none behind a spread one.
    pub fn at(&self, position: usize) -> Option<&SiteValue> {
        let plain = self.args.iter().take_while(|a| !a.spread);
        plain
            .filter(|a| a.name.is_none())
            .nth(position)
            .map(|a| &a.value)
    }

    /// Whether arguments come from a spread list or map, so that any may be given.
    pub fn is_open(&self) -> bool {
        self.args.iter().any(|a| a.spread)
    }
}

/// A handler of exceptions in code that something outside may start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CatchSite {
    /// The entries that reach it, by number.
    pub entries: Vec<usize>,
    /// Where it begins.
    pub span: Span,
    /// The name of the function it stands in.
    pub function: String,
    /// What it calls, as written: the last names.
    pub calls: Vec<String>,
    /// Whether it throws.
    pub throws: bool,
    /// Whether it returns.
    pub returns: bool,
    /// Whether what was caught is looked at.
    pub looks: bool,
    /// Whether it catches whatever is thrown, not one class of it.
    pub broad: bool,
    /// Whether it does nothing at all.
    pub empty: bool,
    /// What the `try` calls, as written: the last names.
    pub tried: Vec<String>,
    /// Whether it builds the answer of an authorizer that lets everything in.
    pub allows: bool,
}

/// An environment variable that is only tested for truth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FlagSite {
    /// The entries that reach it, by number.
    pub entries: Vec<usize>,
    /// The bytes of the test.
    pub span: Span,
    /// The variable.
    pub name: String,
}

/// A loop over the pages of an answer that asks for the first page each time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageSite {
    /// The entries that reach it, by number.
    pub entries: Vec<usize>,
    /// The bytes of the call.
    pub span: Span,
    /// The parameter that names the next page.
    pub missing: &'static str,
}

/// An item of a table that is read, judged and written again, whatever happened in between.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RaceSite {
    /// The entries that reach it, by number.
    pub entries: Vec<usize>,
    /// The bytes of the call that reads.
    pub read: Span,
    /// The bytes of the call that writes.
    pub write: Span,
}

/// A call that takes a callback, in a function that answers without waiting for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LostSite {
    /// The entries that reach it, by number.
    pub entries: Vec<usize>,
    /// The bytes of the call.
    pub span: Span,
}

/// An answer that refuses somebody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DenialSite {
    /// The entries that reach it, by number.
    pub entries: Vec<usize>,
    /// The bytes of the answer.
    pub span: Span,
    /// Whether something is logged in the same branch.
    pub is_logged: bool,
}

/// A framework that is told to show what went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DebugSite {
    /// The entries that reach it, by number.
    pub entries: Vec<usize>,
    /// Where it is told so.
    pub span: Span,
    /// The framework.
    pub framework: &'static str,
}

/// A refusal that is sent, behind which the work goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefusalSite {
    /// The entries that reach it, by number.
    pub entries: Vec<usize>,
    /// The bytes of the call that sends it.
    pub span: Span,
    /// What is done all the same.
    pub then: Span,
}

/// A map written out whose keys are names of HTTP headers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeaderSite {
    /// The entries that reach it, by number.
    pub entries: Vec<usize>,
    /// The bytes of the map.
    pub span: Span,
    /// Names and values.
    pub headers: Vec<(String, SiteValue)>,
}

/// How a pattern is applied to a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PatternUse {
    /// The whole text must match.
    Full,
    /// A match begins at the start.
    Start,
    /// A match may stand anywhere.
    Search,
}

/// A call that applies regular expressions that the program shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatternSite {
    /// The entries that reach it, by number.
    pub entries: Vec<usize>,
    /// The bytes of the call.
    pub span: Span,
    /// Patterns and their flags.
    pub patterns: Vec<(String, String)>,
    /// Whether there are no others.
    pub is_known: bool,
    /// How it is applied.
    pub how: PatternUse,
    /// Whether Python reads it; else JavaScript does.
    pub python: bool,
}

/// What the code that entries reach does, apart from the flow of data.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Code {
    /// Headers written out, in order of place.
    pub headers: Vec<HeaderSite>,
    /// Library calls in order of place.
    pub calls: Vec<CallSite>,
    /// Calls of the libraries of a cloud, for each entry by itself.
    pub api: Vec<ApiCall>,
    /// The same in functions that no entry reaches, for each entry that loads their module.
    pub spare: Vec<ApiCall>,
    /// Handlers of exceptions in order of place.
    pub catches: Vec<CatchSite>,
    /// Regular expressions in order of place.
    pub patterns: Vec<PatternSite>,
    /// Environment variables tested for truth.
    pub flags: Vec<FlagSite>,
    /// Loops over pages that never turn one.
    pub pages: Vec<PageSite>,
    /// Items read, judged and written again.
    pub races: Vec<RaceSite>,
    /// Refusals behind which the work goes on.
    pub refusals: Vec<RefusalSite>,
    /// Calls whose callbacks come too late.
    pub lost: Vec<LostSite>,
    /// Answers that refuse somebody.
    pub denials: Vec<DenialSite>,
    /// Frameworks that show what went wrong.
    pub debugs: Vec<DebugSite>,
}

/// Everything the engine found.
#[derive(Clone, Debug, Default)]
pub struct Flows {
    /// What the code does.
    pub code: Code,
    /// Paths, best first per sink, sorted by place.
    pub paths: Vec<FlowPath>,
    /// Functions whose code is known only when it runs: entry, place, why.
    pub incomplete: Vec<(usize, Span, String)>,
    /// Functions where a limit cost precision: entry and name.
    pub coarse: Vec<(usize, String)>,
    /// Entries that were not found in their file.
    pub missing: Vec<usize>,
    /// Problems.
    pub problems: Vec<Problem>,
}
