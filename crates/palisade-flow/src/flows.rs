//! What the engine hands to rules: paths from an input to a place that does harm.

use palisade_model::app::{App, FunctionId, NodeId, TriggerId};
use palisade_model::problem::Problem;
use palisade_model::reach::Level;
use palisade_model::setting::Answer;
use palisade_model::source::{FileId, Span};
use palisade_model::text::Text;

use crate::taint::place::Place;
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

/// Everything the engine found.
#[derive(Clone, Debug, Default)]
pub struct Flows {
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
