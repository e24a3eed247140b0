//! The App: functions, triggers, resources, roles and the edges between them.

use crate::aside::Aside;
use crate::attribute::Settings;
use crate::guard::{Axis, AxisId, Guard};
use crate::index::IndexVec;
use crate::policy::{Grant, Statement};
use crate::problem::Problem;
use crate::reach::{Door, Filter, Reach, Route};
use crate::setting::{Answer, Origin, Setting};
use crate::setup::Setup;
use crate::source::Span;
use crate::text::{Part, StackId, Symbol, Text};
use crate::workflow::Workflow;

crate::ids! {
    /// A function of an App.
    FunctionId,
    /// A resource of an App.
    ResourceId,
    /// A role of an App.
    RoleId,
    /// A trigger of an App.
    TriggerId,
    /// Something outside an App.
    OutsideId,
}

/// Any node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NodeId {
    /// A function.
    Function(FunctionId),
    /// A resource.
    Resource(ResourceId),
    /// A role.
    Role(RoleId),
    /// Something outside the App.
    Outside(OutsideId),
}

/// Identity that survives edits elsewhere: stack and logical id. Generated nodes append `#role`, `#Events.New`;
/// nodes of nested stacks are prefixed `Parent/`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    /// The stack.
    pub stack: StackId,
    /// The address, such as `Parse` or `Parse#role`.
    pub address: String,
}

/// What one tool deploys at once.
#[derive(Clone, PartialEq, Debug)]
pub struct Stack {
    /// Path of its template relative to the root.
    pub path: String,
    /// The format, such as `sam` or `cloudformation`.
    pub format: &'static str,
    /// The stack that contains it, with the address there.
    pub parent: Option<(StackId, String)>,
}

/// Where a function's code lies.
#[derive(Clone, PartialEq, Debug)]
pub enum Code {
    /// A folder, relative to the scanned root with `/`; `.` for the root itself.
    Directory(String),
    /// An archive in the tree, relative to the scanned root.
    Archive(String),
    /// Source inside the template: the span of the scalar and the text as evaluated.
    Inline(Span, String),
    /// A container image, with the folder of its build context where the template names one.
    Image {
        /// The image's name.
        image: Text,
        /// `ImageConfig.Command`, first word.
        command: Option<String>,
        /// The folder of its Dockerfile, relative to the root.
        context: Option<String>,
        /// The Dockerfile's name in that folder.
        dockerfile: Option<String>,
    },
    /// An object of a bucket or another place outside the tree.
    Elsewhere(String),
    /// Not given or not understood.
    Nowhere,
}

/// A function.
#[derive(Clone, PartialEq, Debug)]
pub struct Function {
    /// Identity.
    pub key: Key,
    /// Physical name.
    pub name: Setting<Text>,
    /// Handler string.
    pub handler: Setting<Text>,
    /// Runtime word, such as `python3.12`.
    pub runtime: Setting<Text>,
    /// Code location.
    pub code: Code,
    /// `EntryPoints` of `Metadata: BuildMethod: esbuild`, and other build hints: source files relative to `code`.
    pub build_entries: Vec<String>,
    /// The role it runs as.
    pub role: Vec<(Guard, RoleId)>,
    /// Environment variables by name.
    pub env: Vec<(String, Setting<Text>)>,
    /// Whether more variables may be set than were read.
    pub env_open: bool,
    /// Layers: ARN or a reference to a layer resource.
    pub layers: Vec<Setting<Text>>,
    /// Content folders of layers of the tree, relative to the root.
    pub layer_folders: Vec<String>,
    /// Scalar settings.
    pub settings: Settings,
    /// Resource policy: permissions as statements.
    pub policy: Vec<Statement>,
    /// When it exists.
    pub exists: Guard,
    /// Where it is declared.
    pub origin: Origin,
    /// What was not understood, in words.
    pub incomplete: Vec<String>,
}

/// What a resource is for; a new kind needs a rule that asks for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// An HTTP or WebSocket API.
    Api,
    /// An authorizer of an API.
    Authorizer,
    /// A content distribution.
    Distribution,
    /// A load balancer.
    LoadBalancer,
    /// An object store.
    Bucket,
    /// A queue.
    Queue,
    /// A topic.
    Topic,
    /// A subscription of a topic.
    Subscription,
    /// A table.
    Table,
    /// A relational or document database.
    Database,
    /// A stream of records.
    Stream,
    /// An event bus.
    Bus,
    /// A rule of an event bus.
    EventRule,
    /// A schedule.
    Schedule,
    /// A rule for incoming mail.
    MailRule,
    /// A rule or policy for devices.
    Device,
    /// A state machine.
    Workflow,
    /// A GraphQL API.
    Graph,
    /// A pool of users.
    UserPool,
    /// A pool of identities.
    IdentityPool,
    /// An encryption key.
    EncryptionKey,
    /// A secret.
    Secret,
    /// A configuration parameter.
    Parameter,
    /// A code layer.
    Layer,
    /// A published version of a function.
    Version,
    /// An alias of a function.
    Alias,
    /// A function URL.
    Url,
    /// A group of logs.
    LogGroup,
    /// A repository of code.
    Repository,
    /// A message broker.
    Broker,
    /// Anything else.
    Other,
}

impl Kind {
    /// The word goldens and sentences print.
    pub fn word(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Authorizer => "authorizer",
            Self::Distribution => "distribution",
            Self::LoadBalancer => "load balancer",
            Self::Bucket => "bucket",
            Self::Queue => "queue",
            Self::Topic => "topic",
            Self::Subscription => "subscription",
            Self::Table => "table",
            Self::Database => "database",
            Self::Stream => "stream",
            Self::Bus => "bus",
            Self::EventRule => "event rule",
            Self::Schedule => "schedule",
            Self::MailRule => "mail rule",
            Self::Device => "device",
            Self::Workflow => "workflow",
            Self::Graph => "graph",
            Self::UserPool => "user pool",
            Self::IdentityPool => "identity pool",
            Self::EncryptionKey => "key",
            Self::Secret => "secret",
            Self::Parameter => "parameter",
            Self::Layer => "layer",
            Self::Version => "version",
            Self::Alias => "alias",
            Self::Url => "url",
            Self::LogGroup => "log group",
            Self::Repository => "repository",
            Self::Broker => "broker",
            Self::Other => "other",
        }
    }
}

/// A resource.
#[derive(Clone, PartialEq, Debug)]
pub struct Resource {
    /// Identity.
    pub key: Key,
    /// What it is for.
    pub kind: Kind,
    /// Its type in its format, such as `AWS::S3::Bucket`.
    pub type_name: String,
    /// Physical name.
    pub name: Setting<Text>,
    /// Scalar settings.
    pub settings: Settings,
    /// Resource policy.
    pub policy: Vec<Statement>,
    /// Of a state machine.
    pub workflow: Option<Workflow>,
    /// Who may put data into it (stores and channels).
    pub writers: Reach,
    /// When it exists.
    pub exists: Guard,
    /// Where it is declared.
    pub origin: Origin,
}

/// A role.
#[derive(Clone, PartialEq, Debug)]
pub struct Role {
    /// Identity.
    pub key: Key,
    /// Physical name.
    pub name: Setting<Text>,
    /// Who may assume it.
    pub trust: Vec<Statement>,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// Permissions boundary.
    pub boundary: Setting<Text>,
    /// When it exists.
    pub exists: Guard,
    /// Where it is declared.
    pub origin: Origin,
}

/// What kind of thing lies outside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum OutsideKind {
    /// A host of the network.
    Host,
    /// Another account.
    Account,
    /// A resource by ARN or name.
    Arn,
}

/// Something that no template of the tree declares.
#[derive(Clone, PartialEq, Debug)]
pub struct Outside {
    /// What it is.
    pub what: OutsideKind,
    /// Its name, ARN or address.
    pub text: Text,
    /// Kind of resource, if the use says so.
    pub kind: Kind,
}

/// What starts a function: wiring and permission are two halves.
#[derive(Clone, PartialEq, Debug)]
pub struct Trigger {
    /// Identity: `Parse#Api`.
    pub key: Key,
    /// The function that is started.
    pub function: FunctionId,
    /// The alias or version through which it is started.
    pub through: Option<String>,
    /// Where the event comes from.
    pub source: Option<NodeId>,
    /// Id of the event's shape, a file of `palisade-events`, such as `aws.s3`.
    pub event: &'static str,
    /// The route of an HTTP trigger.
    pub route: Option<Route>,
    /// What is let through.
    pub filter: Filter,
    /// The ways in.
    pub doors: Vec<Door>,
    /// Whether the source is set up to send.
    pub wired: Answer,
    /// Whether the source is allowed to start the function.
    pub permitted: Answer,
    /// The states of a workflow that run this function (index into its tasks).
    pub task: Option<usize>,
    /// Who may start it.
    pub reach: Reach,
    /// When it exists.
    pub exists: Guard,
    /// Where it is declared.
    pub origin: Origin,
}

/// Kinds of edges between nodes that templates declare.
#[derive(Clone, PartialEq, Debug)]
pub enum EdgeKind {
    /// Events of `from` are delivered to `to` (topic to queue, bucket to topic, rule to queue, pipe).
    Delivers {
        /// What is let through.
        filter: Filter,
        /// Whether the envelope of `from` is left off (raw delivery).
        raw: bool,
    },
    /// `from` (an identity pool) gives out the rights of `to`; the flag says whether guests get it.
    GivesRole {
        /// Whether no sign-in is needed.
        guests: bool,
    },
    /// `from` (a distribution) forwards requests to `to`.
    Fronts,
    /// `from` (a bus) holds the rule `to`, or `from` uses `to` otherwise.
    Uses,
}

/// An edge.
#[derive(Clone, PartialEq, Debug)]
pub struct Edge {
    /// From.
    pub from: NodeId,
    /// To.
    pub to: NodeId,
    /// What it means.
    pub kind: EdgeKind,
    /// When it exists.
    pub exists: Guard,
    /// What it says.
    pub origin: Origin,
}

/// One application: stacks joined by evidence. Nodes are sorted by stack and address.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct App {
    /// The common folder of its root stacks, `.` for the root.
    pub root: String,
    /// Its stacks.
    pub stacks: IndexVec<StackId, Stack>,
    /// Its axes.
    pub axes: IndexVec<AxisId, Axis>,
    /// Its functions.
    pub functions: IndexVec<FunctionId, Function>,
    /// Its resources.
    pub resources: IndexVec<ResourceId, Resource>,
    /// Its roles.
    pub roles: IndexVec<RoleId, Role>,
    /// What lies outside.
    pub outsides: IndexVec<OutsideId, Outside>,
    /// What starts functions.
    pub triggers: IndexVec<TriggerId, Trigger>,
    /// Edges.
    pub edges: Vec<Edge>,
    /// What templates declare in lists beside their nodes.
    pub setup: Setup,
    /// What is declared beside the nodes.
    pub aside: Aside,
    /// What could not be read or resolved.
    pub problems: Vec<Problem>,
}

impl App {
    /// A text with the defaults of the parameters it names.
    pub fn by_default(&self, text: &Text) -> Text {
        let default = |symbol: &Symbol| {
            let Symbol::Parameter(stack, name) = symbol else {
                return None;
            };
            let mut all = self.setup.parameters.iter();
            let of = all.find(|p| p.key.stack == *stack && p.key.address == *name)?;
            of.default.known().cloned()
        };
        Text::join(text.parts().iter().flat_map(|part| match part {
            Part::Hole(symbol) => match default(symbol) {
                Some(value) => value.parts().to_vec(),
                None => vec![part.clone()],
            },
            part => vec![part.clone()],
        }))
    }

    /// The node of an address in a stack.
    pub fn node(&self, stack: StackId, address: &str) -> Option<NodeId> {
        let is = |key: &Key| key.stack == stack && key.address == address;
        let function = self
            .functions
            .enumerate()
            .find(|(_, f)| is(&f.key))
            .map(|(id, _)| NodeId::Function(id));
        let resource = || {
            self.resources
                .enumerate()
                .find(|(_, r)| is(&r.key))
                .map(|(id, _)| NodeId::Resource(id))
        };
        let role = || {
            self.roles
                .enumerate()
                .find(|(_, r)| is(&r.key))
                .map(|(id, _)| NodeId::Role(id))
        };
        function.or_else(resource).or_else(role)
    }

    /// Triggers of a function, in order.
    pub fn triggers_of(&self, function: FunctionId) -> impl Iterator<Item = (TriggerId, &Trigger)> {
        self.triggers
            .enumerate()
            .filter(move |(_, t)| t.function == function)
    }

    /// The words for a node: its address, or the text of what lies outside.
    pub fn label(&self, node: NodeId) -> String {
        match node {
            // `functions.hello` of a Serverless Framework service is called `hello`.
            NodeId::Function(id) => self.functions.get(id).map(|f| {
                let address = &f.key.address;
                address
                    .strip_prefix("functions.")
                    .unwrap_or(address)
                    .to_owned()
            }),
            NodeId::Resource(id) => self.resources.get(id).map(|r| r.key.address.clone()),
            NodeId::Role(id) => self.roles.get(id).map(|r| r.key.address.clone()),
            NodeId::Outside(id) => self.outsides.get(id).map(|o| o.text.words()),
        }
        .unwrap_or_default()
    }

    /// The physical name of a node, where one is given.
    pub fn name(&self, node: NodeId) -> Option<&Setting<Text>> {
        match node {
            NodeId::Function(id) => self.functions.get(id).map(|f| &f.name),
            NodeId::Resource(id) => self.resources.get(id).map(|r| &r.name),
            NodeId::Role(id) => self.roles.get(id).map(|r| &r.name),
            NodeId::Outside(_) => None,
        }
    }

    /// The nodes a text names: by reference, by equal physical name, or by an ARN or URL that ends in one.
    /// Several answers mean that the text is ambiguous. `want` tells which kinds fit.
    pub fn denotes(&self, text: &Text, want: impl Fn(NodeId) -> bool) -> Vec<NodeId> {
        denote::denotes(self, text, &want)
    }
}

mod denote {
    //! Which node a text names.

    use super::{App, NodeId, Setting, Symbol, Text};
    use crate::text::Part;

    pub(super) fn denotes(app: &App, text: &Text, want: &dyn Fn(NodeId) -> bool) -> Vec<NodeId> {
        let mut found: Vec<NodeId> = Vec::new();
        // A reference, alone or inside an ARN such as `arn:aws:s3:::${Bucket}/*`.
        for part in text.parts() {
            if let Part::Hole(Symbol::Attr(stack, address, _)) = part
                && let Some(node) = app.node(*stack, address)
                && want(node)
                && !found.contains(&node)
            {
                found.push(node);
            }
        }
        if !found.is_empty() {
            return found;
        }
        let nodes = app
            .functions
            .ids()
            .map(NodeId::Function)
            .chain(app.resources.ids().map(NodeId::Resource))
            .chain(app.roles.ids().map(NodeId::Role))
            .filter(|n| want(*n));
        for node in nodes {
            let named = app.name(node).is_some_and(|name: &Setting<Text>| {
                name.values().iter().any(|(_, name)| {
                    !name.parts().is_empty() && (*name == text || ends_in(text, name))
                })
            });
            if named {
                found.push(node);
            }
        }
        found
    }

    /// Whether `text` is an ARN or URL whose last piece (behind `:` or `/`) is `name`, or whose bucket is.
    fn ends_in(text: &Text, name: &Text) -> bool {
        let (whole, name) = (text.words(), name.words());
        let arn = whole.starts_with("arn:")
            || whole.starts_with("https://")
            || whole.starts_with("s3://");
        if !arn || name.is_empty() {
            return false;
        }
        whole.match_indices(&name).any(|(at, _)| {
            let before = whole.get(..at).and_then(|b| b.chars().last());
            let after = whole.get(at + name.len()..).and_then(|a| a.chars().next());
            matches!(before, Some(':' | '/')) && matches!(after, None | Some('/' | ':' | '.'))
        })
    }
}
