//! What somebody reaches who gets into a function: resources by what can be done to them, and the rights of others.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::app::{FunctionId, Kind, NodeId, RoleId};
use palisade_model::guard::Guard;
use palisade_model::need::{FunctionNeeds, Need};
use palisade_model::policy::Effect;
use palisade_model::setting::{Answer, Origin};
use palisade_model::source::{FileId, Span};

use crate::escalation::{Path, taken};
use crate::evaluate::judge::Judge;
use crate::evaluate::rule::{ActionPattern, Rule};
use crate::facts::{self, ActionSet};
use crate::harm::{Harm, harm, harms};
use crate::holders::Holders;
use crate::naming::{Subject, naming_of, pattern, subject_of};
use crate::nodes::Nodes;
use crate::pattern::{Fit, Pattern};
use crate::rights::{Right, Rights};

/// How many roles are followed from one to the next.
const ROLES_MAX: usize = 64;

/// What can be done to one node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reached {
    /// The resource, function or role.
    pub node: NodeId,
    /// Everything that can be done to it.
    pub harms: BTreeSet<Harm>,
    /// The role with whose rights, if it is not the function's own.
    pub through: Option<RoleId>,
}

/// What can be done to all resources of a service, whether the App knows them or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Everywhere {
    /// The prefix of the service's actions.
    pub service: String,
    /// Everything that can be done.
    pub harms: BTreeSet<Harm>,
    /// The role with whose rights, if it is not the function's own.
    pub through: Option<RoleId>,
}

/// What somebody reaches who gets into a function.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Blast {
    /// Nodes of the App, in order.
    pub reached: Vec<Reached>,
    /// Services as a whole, in order.
    pub everywhere: Vec<Everywhere>,
    /// Functions that can be started.
    pub invokes: Vec<FunctionId>,
    /// Roles whose rights can be had, with the path that leads there.
    pub assumes: Vec<(RoleId, &'static Path)>,
    /// Whether more may be granted than was read.
    pub unread: bool,
}

impl Blast {
    /// The nodes to which something can be done.
    pub fn nodes(&self, wanted: Harm) -> impl Iterator<Item = NodeId> {
        let has = move |reached: &&Reached| reached.harms.contains(&wanted);
        self.reached.iter().filter(has).map(|reached| reached.node)
    }

    /// One number: each node and each service by the worst that can be done to it.
    pub fn weight(&self) -> u32 {
        let nodes = self.reached.iter().map(|reached| &reached.harms);
        let services = self.everywhere.iter().map(|everywhere| &everywhere.harms);
        let worst = |harms: &BTreeSet<Harm>| harms.last().map_or(0, |harm| harm.weight());
        nodes.chain(services).map(worst).sum()
    }
}

/// What is reached from a function as its roles are.
pub fn blast(judge: &Judge<'_>, function: FunctionId) -> Blast {
    let app = judge.nodes().app();
    let Some(function) = app.functions.get(function) else {
        return Blast::default();
    };
    let mut field = Field::new(judge);
    for (when, role) in &function.role {
        let world = when.and(&function.exists);
        if let Some(rights) = judge.rights(*role)
            && !world.impossible()
        {
            field.add(rights, &world, None);
            field.follow(*role);
        }
    }
    field.done()
}

/// What would be reached from it if its role allowed what it needs and nothing else.
pub fn blast_of_needs(judge: &Judge<'_>, needs: &FunctionNeeds) -> Blast {
    let each = needs.needs.iter().chain(&needs.platform);
    let rights = Rights {
        rights: each.map(|need| right_of(judge, need)).collect(),
        ..Rights::default()
    };
    let mut field = Field::new(judge);
    field.add(&rights, &Guard::always(), None);
    field.done()
}

/// A need as a statement that allows it.
fn right_of(judge: &Judge<'_>, need: &Need) -> Right {
    // Nobody asks where it is written.
    let span = Span::new(FileId(0), 0, 0);
    Right {
        rule: Rule {
            effect: Effect::Allow,
            actions: vec![ActionPattern::Known(need.action.clone())],
            not_actions: false,
            resources: need
                .resources
                .iter()
                .map(|text| pattern(judge.nodes(), text))
                .collect(),
            not_resources: false,
            tests: Vec::new(),
        },
        conditions: Answer::Yes,
        when: Guard::always(),
        origin: Origin::written(span),
        managed: None,
        grant: 0,
    }
}

/// The service whose actions act on a node.
fn service_of(nodes: &Nodes<'_>, node: NodeId) -> Option<&'static str> {
    naming_of(nodes.app(), node)?.arn.split(':').nth(2)
}

type Found<K> = BTreeMap<K, (BTreeSet<Harm>, Option<RoleId>)>;

struct Field<'j, 'a> {
    judge: &'j Judge<'a>,
    holders: &'j Holders,
    nodes: Found<NodeId>,
    services: Found<String>,
    invokes: BTreeSet<FunctionId>,
    assumes: BTreeMap<RoleId, &'static Path>,
    unread: bool,
}

impl<'j, 'a> Field<'j, 'a> {
    fn new(judge: &'j Judge<'a>) -> Self {
        Self {
            judge,
            holders: judge.all_holders(),
            nodes: BTreeMap::new(),
            services: BTreeMap::new(),
            invokes: BTreeSet::new(),
            assumes: BTreeMap::new(),
            unread: false,
        }
    }

    /// The roles whose rights a role gets, theirs, and so on.
    fn follow(&mut self, first: RoleId) {
        let mut left = vec![first];
        let mut seen = BTreeSet::from([first]);
        while let Some(role) = left.pop() {
            for (next, path) in taken(self.judge, role) {
                if seen.len() >= ROLES_MAX || !seen.insert(next) {
                    continue;
                }
                self.assumes.insert(next, path);
                if let Some(rights) = self.judge.rights(next) {
                    self.add(rights, &rights.when.clone(), Some(next));
                }
                left.push(next);
            }
        }
    }

    fn add(&mut self, rights: &Rights, world: &Guard, through: Option<RoleId>) {
        self.unread |= rights.unread.is_some();
        let mut granted = Granted::of(rights, world);
        self.add_services(&granted, through);
        let nodes = self.judge.nodes();
        let app = nodes.app();
        let kinds = app.resources.enumerate().filter_map(|(id, resource)| {
            let service = service_of(nodes, NodeId::Resource(id))?;
            Some((resource.kind, service))
        });
        let kinds: BTreeSet<(Kind, &str)> = kinds.collect();
        for (kind, service) in kinds {
            let part = granted.of_service(service);
            let allows = part.allows.iter().map(|(right, _)| *right);
            for id in self.holders.meant(kind, allows) {
                if service_of(nodes, NodeId::Resource(id)) == Some(service) {
                    self.add_node(&mut granted, NodeId::Resource(id), through);
                }
            }
        }
        if granted.names("lambda") {
            for id in app.functions.ids() {
                self.add_node(&mut granted, NodeId::Function(id), through);
            }
        }
        if granted.names("iam") {
            for id in app.roles.ids() {
                self.add_node(&mut granted, NodeId::Role(id), through);
            }
        }
    }

    fn add_node(&mut self, granted: &mut Granted<'_>, node: NodeId, through: Option<RoleId>) {
        let nodes = self.judge.nodes();
        let Some(service) = service_of(nodes, node) else {
            return;
        };
        if !granted.names(service) {
            return;
        }
        let Some(subject) = subject_of(nodes, node) else {
            return;
        };
        let actions = granted.on(service, &subject);
        if actions.is_empty() {
            return;
        }
        if let NodeId::Function(id) = node
            && let Some(invoke) = facts::action("lambda:InvokeFunction")
            && actions.contains(invoke.id())
        {
            self.invokes.insert(id);
        }
        let found = self.nodes.entry(node);
        let (all, _) = found.or_insert_with(|| (BTreeSet::new(), through));
        all.extend(harms(&actions));
    }

    fn add_services(&mut self, granted: &Granted<'_>, through: Option<RoleId>) {
        for (service, harms) in granted.everywhere() {
            let found = self.services.entry(service);
            let (all, _) = found.or_insert_with(|| (BTreeSet::new(), through));
            all.extend(harms);
        }
    }

    fn done(self) -> Blast {
        let reached = self.nodes.into_iter();
        let everywhere = self.services.into_iter();
        Blast {
            reached: reached
                .map(|(node, (harms, through))| Reached {
                    node,
                    harms,
                    through,
                })
                .collect(),
            everywhere: everywhere
                .map(|(service, (harms, through))| Everywhere {
                    service,
                    harms,
                    through,
                })
                .collect(),
            invokes: self.invokes.into_iter().collect(),
            assumes: self.assumes.into_iter().collect(),
            unread: self.unread,
        }
    }
}

/// Statements with the actions they name.
type Named<'r> = Vec<(&'r Right, ActionSet)>;

/// The statements of a role.
#[derive(Clone)]
struct Granted<'r> {
    allows: Named<'r>,
    denies: Named<'r>,
    boundary: Option<Named<'r>>,
    world: Guard,
    /// The same for the actions of one service.
    services: BTreeMap<String, Granted<'r>>,
}

impl<'r> Granted<'r> {
    fn of(rights: &'r Rights, world: &Guard) -> Self {
        let named = |right: &'r Right| (right, right.rule.named_actions());
        let sure =
            |right: &&Right| right.rule.effect == Effect::Allow && right.conditions == Answer::Yes;
        let denies =
            |right: &&Right| right.rule.effect == Effect::Deny && right.conditions.possibly();
        let world = rights.when.and(world);
        let exists = |right: &&Right| !right.when.and(&world).impossible();
        let boundary = rights.boundary.as_deref();
        let all = || rights.rights.iter().filter(exists);
        let bounds = || boundary.into_iter().flatten().filter(exists);
        Self {
            allows: match rights.boundary_unread {
                true => Vec::new(),
                false => all().filter(sure).map(named).collect(),
            },
            denies: all().chain(bounds()).filter(denies).map(named).collect(),
            boundary: boundary.map(|_| bounds().filter(sure).map(named).collect()),
            services: BTreeMap::new(),
            world,
        }
    }

    /// Of a service alone.
    fn of_service(&mut self, service: &str) -> &Self {
        if !self.services.contains_key(service) {
            // Passing a role on does nothing to it; what it does elsewhere is a path of the catalogue.
            let all = facts::expand(&format!("{service}:*")).minus(&facts::expand("iam:PassRole"));
            let some = |named: &Named<'r>| -> Named<'r> {
                let each = named
                    .iter()
                    .map(|(right, actions)| (*right, actions.and(&all)));
                each.filter(|(_, actions)| !actions.is_empty()).collect()
            };
            let part = Self {
                allows: some(&self.allows),
                denies: some(&self.denies),
                boundary: self.boundary.as_ref().map(some),
                world: self.world.clone(),
                services: BTreeMap::new(),
            };
            self.services.insert(service.to_owned(), part);
        }
        self.services.get(service).unwrap_or(self)
    }

    /// Whether an action of a service is granted on anything.
    fn names(&mut self, service: &str) -> bool {
        !self.of_service(service).allows.is_empty()
    }

    /// The actions of a service that are surely granted on something.
    fn on(&mut self, service: &str, subject: &Subject) -> ActionSet {
        // What a pattern of resources means depends on whether the action is about the contents.
        let contents = match service {
            "s3" => "s3:GetObject",
            "logs" => "logs:PutLogEvents",
            _ => "",
        };
        let part = self.of_service(service);
        let sum = |rights: &Named<'_>, wanted: Fit| {
            let mut sum = ActionSet::default();
            for (right, actions) in rights {
                let whole = right.resource("", Some(subject), &part.world);
                let parts = right.resource(contents, Some(subject), &part.world);
                if whole.max(parts) >= wanted {
                    sum = sum.or(actions);
                }
            }
            sum
        };
        let mut granted = sum(&part.allows, Fit::Yes);
        if granted.is_empty() {
            return granted;
        }
        if let Some(boundary) = &part.boundary {
            granted = granted.and(&sum(boundary, Fit::Yes));
        }
        granted.minus(&sum(&part.denies, Fit::Maybe))
    }

    /// What is granted on all resources of a service.
    fn everywhere(&self) -> BTreeMap<String, BTreeSet<Harm>> {
        let wide = |right: &Right| {
            !right.rule.not_resources && right.rule.resources.iter().any(Pattern::is_any)
        };
        let sum = |rights: &[(&Right, ActionSet)], all: bool| {
            let mut sum = ActionSet::default();
            for (_, actions) in rights.iter().filter(|(right, _)| !all || wide(right)) {
                sum = sum.or(actions);
            }
            sum
        };
        let mut granted = sum(&self.allows, true);
        if let Some(boundary) = &self.boundary {
            granted = granted.and(&sum(boundary, true));
        }
        granted = granted.minus(&sum(&self.denies, false));
        let mut services: BTreeMap<String, BTreeSet<Harm>> = BTreeMap::new();
        for id in granted.iter() {
            let Some(action) = facts::embedded().action_by_id(id) else {
                continue;
            };
            // What knows no resources can be granted on nothing else.
            if action.resource_types().is_empty() {
                continue;
            }
            let service = action.service().map(|s| s.prefix().to_owned());
            let harms = services.entry(service.unwrap_or_default()).or_default();
            harms.insert(harm(&action.name()));
        }
        services
    }
}
