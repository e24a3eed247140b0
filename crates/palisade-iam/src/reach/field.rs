//! Everything reach is computed from: the judge, who holds roles from outside, and the ways into each store.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use palisade_model::app::{App, Edge, EdgeKind, Kind, NodeId, Resource, ResourceId, RoleId};
use palisade_model::attribute::Attribute;
use palisade_model::guard::Guard;
use palisade_model::policy::{Effect, Principal, Statement};
use palisade_model::reach::{Filter, Hedge, Level, Reach};
use palisade_model::setting::{Answer, Origin};
use palisade_model::text::{StackId, Text};

use crate::evaluate::judge::{Judge, decide};
use crate::naming::{Form, Subject, subject_of};
use crate::pattern::{Fit, Pattern, Token};
use crate::reach::bucket;
use crate::reach::facts::{ReachFacts, StoreFact};
use crate::reach::way::{Way, who, wider};
use crate::reach::who::{Question, ways};
use crate::rights::Right;

/// How many roles that outsiders hold are looked at.
const HOLDERS_MAX: usize = 256;

/// A role somebody outside gets the rights of.
#[derive(Clone, Debug)]
pub(crate) struct Holder {
    /// The role.
    pub role: RoleId,
    /// Who gets them, surely and possibly.
    pub surely: Level,
    /// Who may get them.
    pub possibly: Level,
    /// What slows an attacker.
    pub hedges: Vec<Hedge>,
    /// When.
    pub when: Guard,
    /// Where it is written that they get them.
    pub origin: Origin,
}

/// Everything reach is computed from.
#[derive(Debug)]
pub(crate) struct Field<'a> {
    /// The App.
    pub app: &'a App,
    /// Its permissions.
    pub judge: Judge<'a>,
    /// Roles that outsiders hold.
    pub holders: Vec<Holder>,
    /// The own ways into each resource.
    pub ways: Vec<Vec<Way>>,
    /// What arrives at each resource through others.
    pub inflow: Vec<Reach>,
    /// Edges by where they begin.
    pub out: BTreeMap<NodeId, Vec<usize>>,
    /// Edges by where they end.
    pub into: BTreeMap<NodeId, Vec<usize>>,
    /// Whether anyone can register in every user pool of the App, and there is one.
    pub open_pools: bool,
    /// Whether some user pool lets in whoever has an account elsewhere.
    pub federated: bool,
    /// Per stack with policies of devices: whether all of them name the thing itself.
    pub things: BTreeMap<StackId, bool>,
    buckets: BTreeMap<String, Vec<ResourceId>>,
    any_bucket: OnceLock<Reach>,
    /// Triggers by their source.
    pub by_source: BTreeMap<NodeId, Vec<palisade_model::app::TriggerId>>,
}

impl<'a> Field<'a> {
    /// Reads the App.
    pub(crate) fn new(app: &'a App) -> Self {
        let mut field = Self {
            app,
            judge: Judge::new(app),
            holders: Vec::new(),
            ways: Vec::new(),
            inflow: app.resources.iter().map(|_| Reach::default()).collect(),
            open_pools: open_pool(app, None),
            federated: app
                .resources
                .iter()
                .any(|r| r.type_name == "AWS::Cognito::UserPoolIdentityProvider"),
            things: BTreeMap::new(),
            buckets: BTreeMap::new(),
            any_bucket: OnceLock::new(),
            out: BTreeMap::new(),
            into: BTreeMap::new(),
            by_source: BTreeMap::new(),
        };
        for (at, edge) in app.edges.iter().enumerate() {
            field.out.entry(edge.from).or_default().push(at);
            field.into.entry(edge.to).or_default().push(at);
        }
        for (id, trigger) in app.triggers.enumerate() {
            if let Some(source) = trigger.source {
                field.by_source.entry(source).or_default().push(id);
            }
        }
        for (id, resource) in app.resources.enumerate() {
            if resource.kind == Kind::Bucket {
                let label = label(app, NodeId::Resource(id));
                field.buckets.entry(label).or_default().push(id);
            }
            if resource.kind == Kind::Device && !resource.policy.is_empty() {
                let limited = crate::reach::deliver::names_things(&field, resource);
                let all = field.things.entry(resource.key.stack).or_insert(true);
                *all &= limited;
            }
        }
        field.holders = holders(&field);
        field.ways = app
            .resources
            .enumerate()
            .map(|(id, resource)| field.ways_into(id, resource))
            .collect();
        field
    }

    /// Edges that begin at a node.
    pub(crate) fn edges_from(&self, node: NodeId) -> impl Iterator<Item = &'a Edge> + '_ {
        let at = self.out.get(&node).into_iter().flatten();
        at.filter_map(|at| self.app.edges.get(*at))
    }

    /// Edges that end at a node.
    pub(crate) fn edges_into(&self, node: NodeId) -> impl Iterator<Item = &'a Edge> + '_ {
        let at = self.into.get(&node).into_iter().flatten();
        at.filter_map(|at| self.app.edges.get(*at))
    }

    /// The name for people: what it is called, or its address.
    pub(crate) fn label(&self, node: NodeId) -> String {
        label(self.app, node)
    }

    /// All ways into a resource that its policy and outsiders' roles give.
    fn ways_into(&self, id: ResourceId, resource: &Resource) -> Vec<Way> {
        let Some(fact) = ReachFacts::all().store(resource.kind) else {
            return Vec::new();
        };
        let node = NodeId::Resource(id);
        let subject = subject_of(self.judge.nodes(), node);
        let label = self.label(node);
        let deed = format!("{} {label}", fact.verb);
        let mut found = Vec::new();
        let events = fact.events.iter().map(|(_, action)| action);
        let puts: Vec<&String> = match resource.kind {
            // The policy of an API is asked by its doors.
            Kind::Api | Kind::Graph => Vec::new(),
            _ => fact.puts.iter().chain(events).collect(),
        };
        for action in puts {
            found.extend(self.policy_ways(resource, fact, action, subject.as_ref(), &deed, &label));
            if let Some(subject) = &subject {
                let mut held = self.held_ways(action, subject, &resource.exists, &deed);
                if resource.kind != Kind::Bucket {
                    for way in &mut held {
                        way.resources.clear();
                        way.not_resources = false;
                    }
                }
                found.extend(held);
            }
        }
        found
    }

    fn policy_ways(
        &self,
        resource: &Resource,
        fact: &StoreFact,
        action: &str,
        subject: Option<&Subject>,
        deed: &str,
        label: &str,
    ) -> Vec<Way> {
        let bucket = resource.kind == Kind::Bucket;
        if resource.policy.is_empty() {
            let list = bucket.then(|| bucket::list_way(resource, action, label));
            return list.flatten().into_iter().collect();
        }
        let mut found = ways(
            self.judge.nodes(),
            &resource.policy,
            Question {
                action,
                subject: subject.filter(|_| bucket),
                anonymous: fact.anonymous,
                services: !bucket,
                bucket,
                world: &resource.exists,
                deed,
            },
        );
        if bucket {
            let outside = found.iter().any(|w| w.possibly > Level::Inside);
            let public = found.iter().any(|w| w.public);
            let public = public || (outside && self.public_policy(resource, subject));
            bucket::guard_policy(resource, public, &mut found, label);
            found.extend(bucket::list_way(resource, action, label));
        }
        if !bucket {
            // Messages have no names that a statement could tell apart.
            for way in &mut found {
                way.resources.clear();
                way.not_resources = false;
            }
        }
        found
    }

    /// Whether a statement about reading makes a bucket's policy public.
    fn public_policy(&self, resource: &Resource, subject: Option<&Subject>) -> bool {
        let asks = [
            "s3:GetObject",
            "s3:ListBucket",
            "s3:DeleteObject",
            "s3:PutObject",
        ];
        asks.into_iter().any(|action| {
            let question = Question {
                action,
                subject,
                anonymous: true,
                services: false,
                bucket: true,
                world: &resource.exists,
                deed: "",
            };
            let found = ways(self.judge.nodes(), &resource.policy, question);
            found.iter().any(|w| w.public)
        })
    }

    /// The ways that roles of outsiders give for an action.
    pub(crate) fn held_ways(
        &self,
        action: &str,
        subject: &Subject,
        world: &Guard,
        deed: &str,
    ) -> Vec<Way> {
        let mut found = Vec::new();
        for holder in &self.holders {
            let joint = world.and(&holder.when);
            let Some(rights) = self.judge.rights(holder.role) else {
                continue;
            };
            let joint = joint.and(&rights.when);
            let meant = |r: &Right| r.action(action) != Fit::No;
            if joint.impossible() || !rights.rights.iter().any(meant) {
                continue;
            }
            let answer = decide(rights, action, Some(subject), &joint);
            // What a role may do beyond what was read is no evidence that it may do this.
            if !matches!(answer, Answer::Yes | Answer::Depends(_)) {
                continue;
            }
            let right = rights.rights.iter().find(|r| {
                r.rule.effect == Effect::Allow
                    && meant(r)
                    && r.conditions.possibly()
                    && r.resource(action, Some(subject), &joint) != Fit::No
            });
            let Some(right) = right else { continue };
            let mut way = Way::new(holder.possibly, action);
            way.surely = holder.surely;
            if joint != *world || right.conditions != Answer::Yes {
                way.doubt();
            }
            way.hedges.clone_from(&holder.hedges);
            way.resources.clone_from(&right.rule.resources);
            way.not_resources = right.rule.not_resources;
            way.when = joint.and(&right.when);
            let role = self.label(NodeId::Role(holder.role));
            let sentence = format!("{} may {deed} with the role {role}", who(holder.possibly));
            way.because.push((right.origin.clone(), sentence));
            let gives = format!("{} gets the rights of {role}", who(holder.possibly));
            way.because.push((holder.origin.clone(), gives));
            found.push(way);
        }
        found
    }

    /// Who may put something into a node that a filter lets through.
    pub(crate) fn carried(&self, from: NodeId, filter: &Filter, world: &Guard) -> Reach {
        let NodeId::Resource(id) = from else {
            return outside_level(self.app, from);
        };
        if let Some(routed) = crate::reach::door::through_api(self, id, filter) {
            return routed;
        }
        let mut best = Reach::exactly(Level::Inside);
        if let Some(objects) = self.object_events(id, filter, world) {
            best = wider(best, objects);
        }
        if let Some(inflow) = self.inflow.get(index(id)) {
            best = wider(best, inflow.clone());
        }
        let Some(resource) = self.app.resources.get(id) else {
            return best;
        };
        let fact = ReachFacts::all().store(resource.kind);
        let subjects = self.filtered(from, resource, filter);
        for way in self.ways.get(index(id)).into_iter().flatten() {
            let asked = fact.is_none_or(|fact| causes(fact, filter, &way.action));
            if asked && !way.when.and(world).impossible() && way.covers(&subjects) {
                best = wider(best, way.reach());
            }
        }
        best
    }

    /// Who may cause the object events that a rule of a bus lets through: the writers of the bucket it names, or
    /// of any bucket, which is less sure.
    fn object_events(&self, from: ResourceId, filter: &Filter, world: &Guard) -> Option<Reach> {
        let kind = self.app.resources.get(from)?.kind;
        let allowed = |path: &[&str]| {
            let mut fitting = filter.values.iter().filter(|(p, _)| p == path);
            fitting.next().map(|(_, values)| values)
        };
        if !matches!(kind, Kind::Bus | Kind::EventRule)
            || !allowed(&["source"])?.iter().any(|v| v == "aws.s3")
        {
            return None;
        }
        let Some(names) = allowed(&["detail", "bucket", "name"]) else {
            return Some(self.any_bucket());
        };
        let named = names.iter().filter_map(|name| self.buckets.get(name));
        named
            .flatten()
            .map(|id| self.carried(NodeId::Resource(*id), &Filter::default(), world))
            .reduce(wider)
    }

    /// Who may put an object into some bucket of the App; it is not sure that the rule means that one.
    fn any_bucket(&self) -> Reach {
        let start = Reach::exactly(Level::Inside);
        let best = self.any_bucket.get_or_init(|| {
            let ids = self.buckets.values().flatten();
            let ways = ids.flat_map(|id| self.ways.get(index(*id)).into_iter().flatten());
            let puts = ways.filter(|way| way.action == "s3:PutObject");
            puts.map(Way::reach).fold(start, wider)
        });
        let mut best = best.clone();
        best.surely = best.surely.min(Level::Inside);
        best
    }

    /// The contents of a bucket that a filter lets through, as ARNs.
    fn filtered(&self, node: NodeId, resource: &Resource, filter: &Filter) -> Vec<Pattern> {
        let Some(subject) = subject_of(self.judge.nodes(), node) else {
            return Vec::new();
        };
        if resource.kind != Kind::Bucket {
            let all = subject.whole.into_iter().chain(subject.parts);
            return all.map(|form| form.pattern).collect();
        }
        let key = |text: &Option<Text>| match text {
            Some(text) => crate::naming::subject(self.judge.nodes(), text),
            None => Pattern::default(),
        };
        let (prefix, suffix) = (key(&filter.prefix), key(&filter.suffix));
        let keys = prefix.then(&Pattern::any()).then(&suffix);
        let object = |form: &Form| {
            let mut pattern = form.pattern.clone();
            pattern.0.push(Token::Char('/'));
            pattern.then(&keys)
        };
        subject.whole.iter().map(object).collect()
    }
}

/// Whether an action causes events that a filter lets through.
fn causes(fact: &StoreFact, filter: &Filter, action: &str) -> bool {
    if fact.events.is_empty() {
        return true;
    }
    if filter.events.is_empty() {
        return fact.puts.iter().any(|put| put == action);
    }
    let of = |event: &String| {
        let special = fact
            .events
            .iter()
            .find(|(prefix, _)| event.starts_with(prefix));
        match special {
            Some((_, needed)) => needed == action,
            // `s3:*` and everything about creation.
            None => fact.puts.iter().any(|put| put == action),
        }
    };
    filter.events.iter().any(of)
}

/// What arrives from a node that is no resource of the App.
fn outside_level(app: &App, node: NodeId) -> Reach {
    let NodeId::Outside(id) = node else {
        return Reach::exactly(Level::Inside);
    };
    let broker = app.outsides.get(id).is_some_and(|o| o.kind == Kind::Broker);
    Reach {
        surely: Level::Inside,
        possibly: if broker {
            Level::Stranger
        } else {
            Level::Inside
        },
        ..Reach::default()
    }
}

/// The name for people: what it is called where that is one word, or its address.
pub(crate) fn label(app: &App, node: NodeId) -> String {
    let named = app
        .name(node)
        .and_then(|setting| setting.known())
        .and_then(Text::literal)
        .filter(|name| !name.is_empty());
    match named {
        Some(name) => name.to_owned(),
        None => {
            let address = app.label(node);
            match address.strip_suffix("#role") {
                Some(function) => format!("{function}Role"),
                None => address,
            }
        }
    }
}

/// The place of an id.
pub(crate) fn index(id: ResourceId) -> usize {
    palisade_model::index::Id::index(id)
}

/// Roles that identity pools give out, and those whose trust lets outsiders in.
fn holders(field: &Field<'_>) -> Vec<Holder> {
    let mut found: Vec<Holder> = Vec::new();
    for edge in &field.app.edges {
        if let EdgeKind::GivesRole { guests } = edge.kind
            && let NodeId::Role(role) = edge.to
            && let Some(holder) = pool_holder(field, edge, role, guests)
        {
            found.push(holder);
        }
    }
    let given: std::collections::BTreeSet<RoleId> = found.iter().map(|h| h.role).collect();
    for (id, role) in field.app.roles.enumerate() {
        if given.contains(&id) {
            continue;
        }
        let levels = role.trust.iter().filter_map(|s| trusted(field, s));
        let best = levels.max_by_key(|(surely, possibly, _)| (*surely, *possibly));
        if let Some((surely, possibly, origin)) = best {
            found.push(Holder {
                role: id,
                surely,
                possibly,
                hedges: Vec::new(),
                when: role.exists.clone(),
                origin,
            });
        }
    }
    found.truncate(HOLDERS_MAX);
    found
}

fn pool_holder(field: &Field<'_>, edge: &Edge, role: RoleId, guests: bool) -> Option<Holder> {
    let level = if guests {
        Level::Stranger
    } else {
        Level::SignedIn
    };
    let mut holder = Holder {
        role,
        surely: level,
        possibly: level,
        hedges: Vec::new(),
        when: edge.exists.clone(),
        origin: edge.origin.clone(),
    };
    if let NodeId::Resource(pool) = edge.from
        && let Some(pool) = field.app.resources.get(pool)
    {
        holder.when = holder.when.and(&pool.exists);
        let flag = pool.settings.flag(Attribute::AllowGuests);
        match flag.map(|flag| flag.is(|allowed| *allowed)) {
            Some(Answer::No) if guests => return None,
            Some(Answer::Unknown(_)) if guests => holder.surely = Level::Inside,
            _ => {}
        }
    }
    if !guests && field.open_pools {
        holder.hedges.push(Hedge::SelfSignUp);
    }
    Some(holder)
}

/// The level of whoever a trust statement lets take the role, if it is somebody outside.
fn trusted(field: &Field<'_>, statement: &Statement) -> Option<(Level, Level, Origin)> {
    if statement.effect != Effect::Allow {
        return None;
    }
    let guests = statement.conditions.iter().any(|test| {
        test.key.to_ascii_lowercase().ends_with(":amr")
            && test
                .values
                .iter()
                .any(|v| v.literal() == Some("unauthenticated"))
    });
    let level = |principal: &Principal| match principal {
        Principal::Federated(text) => federated(&text.words(), guests),
        _ => None,
    };
    let best = statement.principals.iter().filter_map(level).max();
    let fixed = ways(
        field.judge.nodes(),
        std::slice::from_ref(statement),
        Question {
            action: "sts:AssumeRole",
            subject: None,
            anonymous: false,
            services: false,
            bucket: false,
            world: &Guard::always(),
            deed: "take the role",
        },
    );
    let other = fixed.first().filter(|_| {
        statement
            .principals
            .iter()
            .any(|p| matches!(p, Principal::Anyone | Principal::Aws(_)))
    });
    let (surely, possibly) = match (best, other) {
        (Some(level), _) => (level, level),
        (None, Some(way)) => (way.surely, way.possibly),
        (None, None) => return None,
    };
    (surely >= Level::OtherAccount).then(|| (surely, possibly, statement.origin.clone()))
}

/// Sign-in at a public provider is open to everyone who has an account there.
fn federated(provider: &str, guests: bool) -> Option<Level> {
    let cognito = provider.contains("cognito-identity.amazonaws.com");
    let public = [
        "accounts.google.com",
        "graph.facebook.com",
        "www.amazon.com",
    ];
    if cognito && guests {
        Some(Level::Stranger)
    } else if cognito || public.iter().any(|p| provider.contains(p)) {
        Some(Level::SignedIn)
    } else {
        None
    }
}

/// Whether anyone can register in the user pool of an authorizer (or in the pools there are).
pub(crate) fn open_pool(app: &App, pool: Option<ResourceId>) -> bool {
    let open = |resource: &Resource| {
        let flag = resource.settings.flag(Attribute::AdminCreateOnly);
        match flag {
            Some(flag) => flag.is(|only| *only) == Answer::No,
            None => true,
        }
    };
    match pool.and_then(|pool| app.resources.get(pool)) {
        Some(pool) => open(pool),
        None => {
            let mut pools = app.resources.iter().filter(|r| r.kind == Kind::UserPool);
            pools
                .next()
                .is_some_and(|first| open(first) && pools.all(open))
        }
    }
}
