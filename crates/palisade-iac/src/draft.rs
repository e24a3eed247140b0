//! An App while it is being read: nodes first, then what ties them together.

use palisade_model::app::{
    App, Edge, EdgeKind, Function, FunctionId, Kind, NodeId, Outside, OutsideId, OutsideKind,
    Resource, ResourceId, Role, RoleId,
};
use palisade_model::guard::Guard;
use palisade_model::policy::Statement;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::reach::{Auth, Door, Filter, Route};
use palisade_model::setting::{Answer, Origin, Setting};
use palisade_model::source::Span;
use palisade_model::text::{StackId, Text};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::names::Names;
use crate::value::Value;

/// The App under construction.
#[derive(Debug, Default)]
pub struct Draft {
    /// Its nodes, in order of reading.
    pub app: App,
    /// Which node a text names; filled when all nodes are declared.
    pub names: Names,
    /// What is set up to start functions.
    pub wires: Vec<Wire>,
    /// Who is allowed to start functions.
    pub permissions: Vec<Permission>,
    /// Customer-managed policies by address: their statements.
    pub policies: FxHashMap<(StackId, String), Vec<Statement>>,
    /// APIs by address.
    pub apis: FxHashMap<(StackId, String), Api>,
    /// How `$connect` of WebSocket APIs is guarded, by address of the API.
    pub connects: FxHashMap<(StackId, String), Vec<Guarded>>,
    /// Definitions of serverless APIs that have their own, by address.
    pub definitions: FxHashMap<(StackId, String), Definition>,
    /// Variables of the stages of APIs, by address of the API, named `stageVariables.x`.
    pub stage_variables: FxHashMap<(StackId, String), FxHashMap<String, Text>>,
    /// What stands behind a web application firewall.
    pub firewalls: FxHashSet<NodeId>,
    outsides: FxHashMap<(OutsideKind, Text), NodeId>,
}

/// How something is guarded in one branch, and what says so.
pub type Guarded = (Guard, Auth, Origin);

/// An API's own definition.
#[derive(Debug)]
pub struct Definition {
    /// Method and path of its operations.
    pub routes: FxHashSet<(String, String)>,
    /// Whether it lies outside the tree.
    pub unknown: bool,
    /// Whether it stands in the template itself.
    pub inline: bool,
    /// Whether events add to it.
    pub merge: bool,
    /// The bodies, until they are read.
    pub bodies: Vec<(Guard, Value)>,
}

/// The protocol of an API.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    /// REST API (version 1).
    Rest,
    /// HTTP API (version 2).
    Http,
    /// WebSocket API.
    WebSocket,
}

/// What holds for all routes of an API.
#[derive(Clone, Debug)]
pub struct Api {
    /// Its node.
    pub node: ResourceId,
    /// Its protocol.
    pub protocol: Protocol,
    /// Whether only the private network reaches it.
    pub private: bool,
}

/// One way in which a source is set up to start a function.
#[derive(Clone, Debug)]
pub struct Wire {
    /// The last part of the trigger's address: `Api` of `Parse#Api`.
    pub label: String,
    /// The function.
    pub function: FunctionId,
    /// The alias it goes through.
    pub through: Option<String>,
    /// Where the event comes from.
    pub source: Option<NodeId>,
    /// The event's shape.
    pub event: &'static str,
    /// The route.
    pub route: Option<Route>,
    /// What is let through.
    pub filter: Filter,
    /// The ways in.
    pub doors: Vec<Door>,
    /// Whether the source is set up to send.
    pub wired: Answer,
    /// What allows it.
    pub permit: Permit,
    /// The state of a workflow.
    pub task: Option<usize>,
    /// When it exists.
    pub exists: Guard,
    /// Where it is written.
    pub origin: Origin,
}

/// What allows a source to start a function.
#[derive(Clone, Debug)]
pub enum Permit {
    /// Settled already.
    Settled(Answer),
    /// A permission of the function for this service.
    Service(&'static str),
    /// The function's own role must be able to read the source.
    Poller(&'static [&'static str]),
    /// Function URL: anybody must be allowed both actions.
    Url,
}

/// A permission of a function's policy.
#[derive(Clone, Debug)]
pub struct Permission {
    /// Its own logical id or the like; labels the trigger if nothing is wired.
    pub label: String,
    /// The function.
    pub function: FunctionId,
    /// The alias it holds for.
    pub through: Option<String>,
    /// What is allowed.
    pub action: Text,
    /// Who.
    pub principal: Text,
    /// `SourceArn`.
    pub source_arn: Option<Text>,
    /// When it exists.
    pub exists: Guard,
    /// Where it is written.
    pub origin: Origin,
    /// Whether it was generated for a wire.
    pub generated: bool,
}

impl Draft {
    /// Adds a function. A second one of the same address is left out.
    pub fn add_function(&mut self, function: Function) -> Option<FunctionId> {
        let key = (function.key.stack, function.key.address.clone());
        let id = self.app.functions.next_id();
        if !self.names.declare(key, NodeId::Function(id)) {
            return None;
        }
        Some(self.app.functions.push(function))
    }

    /// Adds a resource.
    pub fn add_resource(&mut self, resource: Resource) -> Option<ResourceId> {
        let key = (resource.key.stack, resource.key.address.clone());
        let id = self.app.resources.next_id();
        if !self.names.declare(key, NodeId::Resource(id)) {
            return None;
        }
        Some(self.app.resources.push(resource))
    }

    /// Adds a role.
    pub fn add_role(&mut self, role: Role) -> Option<RoleId> {
        let key = (role.key.stack, role.key.address.clone());
        let id = self.app.roles.next_id();
        if !self.names.declare(key, NodeId::Role(id)) {
            return None;
        }
        Some(self.app.roles.push(role))
    }

    /// Something outside the App; the same thing is one node.
    pub fn outside(&mut self, what: OutsideKind, text: Text, kind: Kind) -> NodeId {
        if let Some(node) = self.outsides.get(&(what, text.clone())) {
            return *node;
        }
        let id = self.app.outsides.push(Outside {
            what,
            text: text.clone(),
            kind,
        });
        self.outsides.insert((what, text), NodeId::Outside(id));
        NodeId::Outside(id)
    }

    /// The node of an address.
    pub fn node(&self, stack: StackId, address: &str) -> Option<NodeId> {
        self.names.node(stack, address)
    }

    /// The function of an address.
    pub fn function(&self, stack: StackId, address: &str) -> Option<FunctionId> {
        match self.node(stack, address) {
            Some(NodeId::Function(id)) => Some(id),
            _ => None,
        }
    }

    /// The resource of an address.
    pub fn resource(&self, stack: StackId, address: &str) -> Option<ResourceId> {
        match self.node(stack, address) {
            Some(NodeId::Resource(id)) => Some(id),
            _ => None,
        }
    }

    /// The node's kind; functions and roles have none.
    pub fn kind(&self, node: NodeId) -> Option<Kind> {
        match node {
            NodeId::Resource(id) => self.app.resources.get(id).map(|r| r.kind),
            NodeId::Outside(id) => self.app.outsides.get(id).map(|o| o.kind),
            _ => None,
        }
    }

    /// Adds an edge, once.
    pub fn edge(
        &mut self,
        from: NodeId,
        to: NodeId,
        kind: EdgeKind,
        exists: Guard,
        origin: Origin,
    ) {
        if exists.impossible() {
            return;
        }
        self.app.edges.push(Edge {
            from,
            to,
            kind,
            exists,
            origin,
        });
    }

    /// Reports a problem.
    pub fn problem(
        &mut self,
        span: Span,
        kind: ProblemKind,
        cost: Cost,
        message: impl Into<String>,
    ) {
        self.app
            .problems
            .push(Problem::at(span, kind, cost, message));
    }

    /// Fills the index of physical names.
    pub fn index_names(&mut self) {
        let mut named: Vec<(Text, NodeId)> = Vec::new();
        let mut add = |name: &Setting<Text>, node: NodeId| {
            for (_, text) in name.values() {
                if !text.parts().is_empty() {
                    named.push((text.clone(), node));
                }
            }
        };
        for (id, function) in self.app.functions.enumerate() {
            add(&function.name, NodeId::Function(id));
        }
        for (id, resource) in self.app.resources.enumerate() {
            add(&resource.name, NodeId::Resource(id));
        }
        for (id, role) in self.app.roles.enumerate() {
            add(&role.name, NodeId::Role(id));
        }
        for (text, node) in named {
            self.names.name(text, node);
        }
    }
}

macro_rules! access {
    ($($at:ident, $change:ident, $field:ident, $id:ty, $node:ty;)+) => {
        impl Draft {
            $(
                /// The node of an id that this draft gave out.
                #[expect(clippy::indexing_slicing, reason = "ids are made by this draft alone")]
                pub fn $at(&self, id: $id) -> &$node {
                    &self.app.$field[id]
                }

                /// The node of an id that this draft gave out, to change.
                #[expect(clippy::indexing_slicing, reason = "ids are made by this draft alone")]
                pub fn $change(&mut self, id: $id) -> &mut $node {
                    &mut self.app.$field[id]
                }
            )+
        }
    };
}

access! {
    at_function, change_function, functions, FunctionId, Function;
    at_resource, change_resource, resources, ResourceId, Resource;
    at_role, change_role, roles, RoleId, Role;
    at_outside, change_outside, outsides, OutsideId, Outside;
}
