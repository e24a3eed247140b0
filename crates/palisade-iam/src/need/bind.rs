//! From an ARN with holes and the arguments of a call to resources of the template.

use palisade_model::api::ApiValue;
use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::change::Test;
use palisade_model::setting::{How, Setting};
use palisade_model::text::{Part, Symbol, Text};

use super::argument::Input;
use super::shape::{
    address, is_opaque, last_segment, plain, pseudo, split_first, starts, table_of_statement,
    up_to_unknown, uri, with_tail,
};
use super::walk::{Beside, Sent};
use crate::facts::{ArnTemplate, HoleKind, Needed, Operation, Piece};
use crate::naming::naming_of;

/// Most resources of one need.
const RESOURCES_MAX: usize = 64;

/// The function and its App.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binder<'a> {
    pub(super) app: &'a App,
    pub(super) function: FunctionId,
}

/// What a need is on.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Bound {
    pub(super) resources: Vec<Text>,
    /// The nodes they are.
    pub(super) nodes: Vec<NodeId>,
    /// What is not known, in words.
    pub(super) unknown: Vec<String>,
    pub(super) conditions: Vec<Test>,
}

/// How a hole is filled.
#[derive(Clone, PartialEq, Debug)]
enum Filling {
    /// Everything up to and with the hole.
    Whole(Text, Option<NodeId>),
    /// The hole alone.
    Part(Text),
    /// The hole alone: a reference to a name that begins with the slash before it.
    Rooted(Text),
    /// Not known, with words for it.
    Unknown(String),
}

#[derive(Clone, Debug, Default)]
struct Draft {
    parts: Vec<Part>,
    nodes: Vec<NodeId>,
    unknown: Vec<String>,
}

impl Binder<'_> {
    /// Binds a need to the arguments of its request.
    pub(super) fn bind(&self, needed: &Needed<'_>, sent: &Sent) -> Bound {
        let mut bound = Bound::default();
        let Some(operation) = sent.operation else {
            return bound;
        };
        if needed.name == "execute-api:ManageConnections" {
            return self.connections(sent);
        }
        for template in self.chosen(needed, &operation, &sent.input) {
            for draft in self.filled(template, &operation, sent) {
                let text = plain(&draft.parts);
                if !bound.resources.contains(&text) && bound.resources.len() < RESOURCES_MAX {
                    bound.resources.push(text);
                }
                bound.nodes.extend(draft.nodes);
                bound.unknown.extend(draft.unknown);
            }
        }
        if bound.resources.is_empty() {
            bound.resources.push(Text::of("*"));
        }
        bound
    }

    /// All templates, or of alternatives the first whose holes the call fills.
    fn chosen<'n, 'f>(
        &self,
        needed: &'n Needed<'f>,
        operation: &Operation<'_>,
        input: &Input,
    ) -> Vec<&'n ArnTemplate<'f>> {
        if !needed.alternatives {
            return needed.resources.iter().collect();
        }
        let is_filled = |template: &&ArnTemplate<'_>| {
            template.holes().all(|hole| {
                let values = input.lookup(operation, hole.path);
                values
                    .iter()
                    .any(|v| !matches!(v, ApiValue::Nothing | ApiValue::Unknown(_)))
            })
        };
        let found = needed
            .resources
            .iter()
            .find(|t| is_filled(t) && t.holes().next().is_some());
        found
            .or_else(|| needed.resources.first())
            .into_iter()
            .collect()
    }

    fn filled(
        &self,
        template: &ArnTemplate<'_>,
        operation: &Operation<'_>,
        sent: &Sent,
    ) -> Vec<Draft> {
        let mut drafts = vec![Draft::default()];
        if template.is_star() {
            push(&mut drafts, Part::Literal("*".to_owned()));
            return drafts;
        }
        let service = service_of(template);
        let mut first = true;
        for piece in &template.pieces {
            match piece {
                Piece::Text(text) => push(&mut drafts, Part::Literal((*text).to_owned())),
                Piece::Any => push(&mut drafts, Part::Literal("*".to_owned())),
                Piece::Partition => push(&mut drafts, pseudo("AWS::Partition")),
                Piece::Account => push(&mut drafts, pseudo("AWS::AccountId")),
                Piece::Region => {
                    for part in self.region(&sent.seat.region) {
                        push(&mut drafts, part);
                    }
                }
                Piece::Hole(hole) => {
                    let mut values = Vec::new();
                    for value in sent.input.lookup(operation, hole.path) {
                        flat(value, hole.kind, &mut values);
                    }
                    if values.is_empty()
                        && !sent.input.open
                        && let Some(text) = default_of(hole.path)
                    {
                        values.push(ApiValue::Text(Text::of(text)));
                    }
                    let fillings = self.fillings(&values, hole.kind, hole.path, service, first);
                    drafts = crossed(&drafts, &fillings, hole.kind, first);
                    first = false;
                }
            }
        }
        drafts
    }

    fn fillings(
        &self,
        values: &[ApiValue],
        kind: HoleKind,
        path: &str,
        service: &str,
        first: bool,
    ) -> Vec<Filling> {
        let mut all: Vec<Filling> = Vec::new();
        let empty = |v: &ApiValue| v.text().is_some_and(|t| t.parts().is_empty());
        // A variable begins empty and is given its name later.
        for value in values.iter().filter(|v| !empty(v)) {
            if let (HoleKind::Model, ApiValue::Text(text)) = (kind, value)
                && let Some(both) = profile(text)
            {
                all.extend(both);
                continue;
            }
            let filling = match value {
                ApiValue::Text(text) => self.of_text(text, kind, service, first),
                ApiValue::Flag(flag) => Filling::Part(Text::of(flag.to_string())),
                ApiValue::Unknown(what) if !what.is_empty() => Filling::Unknown(what.clone()),
                ApiValue::Nothing => continue,
                _ => Filling::Unknown(path.to_owned()),
            };
            let filling = match filling {
                Filling::Part(text) if kind == HoleKind::Path && self.is_rooted(&text) => {
                    Filling::Rooted(text)
                }
                filling => filling,
            };
            if !all.contains(&filling) {
                all.push(filling);
            }
        }
        if all.is_empty() {
            all.push(Filling::Unknown(path.to_owned()));
        }
        all
    }

    /// Whether a text begins with a reference to a name that is known to begin with a slash.
    fn is_rooted(&self, text: &Text) -> bool {
        let begins = |setting: &Setting<Text>| {
            let values = setting.values();
            !values.is_empty() && values.iter().all(|(_, name)| name.words().starts_with('/'))
        };
        match text.parts().first() {
            Some(Part::Hole(Symbol::Attr(stack, address, attribute))) if attribute == "Ref" => {
                let node = self.app.node(*stack, address);
                node.and_then(|node| self.app.name(node))
                    .is_some_and(begins)
            }
            Some(Part::Hole(Symbol::Parameter(stack, name))) => {
                let mut all = self.app.setup.parameters.iter();
                let of = all.find(|p| p.key.stack == *stack && p.key.address == *name);
                of.is_some_and(|parameter| begins(&parameter.default))
            }
            _ => false,
        }
    }

    fn of_text(&self, text: &Text, kind: HoleKind, service: &str, first: bool) -> Filling {
        if let [Part::Hole(Symbol::Opaque(what))] = text.parts() {
            return Filling::Unknown(what.clone());
        }
        let text = match kind {
            HoleKind::PartiqlTable => match table_of_statement(text) {
                Some(table) => table,
                None => return Filling::Unknown("the table of a statement".to_owned()),
            },
            HoleKind::UriBucket | HoleKind::UriKey => match uri(text) {
                Some((bucket, key)) => match kind {
                    HoleKind::UriBucket => bucket,
                    _ => key,
                },
                None => return Filling::Unknown("an address".to_owned()),
            },
            HoleKind::CopyBucket | HoleKind::CopyKey => {
                let (bucket, key) = split_first(text, '/');
                match kind {
                    HoleKind::CopyBucket => bucket,
                    _ => key.unwrap_or_else(|| Text::of("*")),
                }
            }
            HoleKind::Email => address(text),
            // An alias names no part of the key's own name.
            HoleKind::Key if starts(text, "alias/") => {
                return Filling::Unknown("the key of an alias".to_owned());
            }
            _ => text.clone(),
        };
        // A whole name of an object stands for its folder: names in code change more often than roles.
        if !first
            && service == "s3"
            && let Some(key) = text.literal()
        {
            let folder = key.rfind('/').and_then(|at| key.get(..=at)).unwrap_or("");
            return Filling::Part(Text::of(format!("{folder}*")));
        }
        if !first
            && kind == HoleKind::Arn
            && let Some(whole) = self.as_arn(&text, service)
        {
            return whole;
        }
        if !first {
            return Filling::Part(up_to_unknown(&match kind {
                HoleKind::LastSegment => last_segment(&text),
                _ => text,
            }));
        }
        if let Some(whole) = self.as_arn(&text, service) {
            return whole;
        }
        if kind == HoleKind::Email
            && let Some(domain) = self.identity(&text)
        {
            return Filling::Whole(domain, None);
        }
        let name = match kind {
            HoleKind::QueueUrl | HoleKind::LastSegment => last_segment(&text),
            _ => text,
        };
        match self.called(&name, service) {
            Some(node) => match self.arn_of(node) {
                Some(arn) => Filling::Whole(arn, Some(node)),
                None => Filling::Part(self.name_of(node).unwrap_or(name)),
            },
            None => Filling::Part(match kind {
                HoleKind::SecretName => with_tail(&name, "-??????"),
                HoleKind::Family if !name.words().contains(':') => with_tail(&name, ":*"),
                _ => self.as_written(&name),
            }),
        }
    }

    /// A text that is an ARN, or a reference that gives one or names a node of the service.
    fn as_arn(&self, text: &Text, service: &str) -> Option<Filling> {
        if let Some(Symbol::Attr(stack, address, attribute)) = text.symbol() {
            let Some(node) = self.app.node(*stack, address) else {
                return attribute
                    .ends_with("Arn")
                    .then(|| Filling::Whole(text.clone(), None));
            };
            let naming = naming_of(self.app, node);
            let is_arn = match naming {
                Some(naming) if attribute == "Ref" => naming.reference == "arn",
                Some(naming) => {
                    naming.arns.iter().any(|a| a == attribute) || attribute.ends_with("Arn")
                }
                None => attribute.ends_with("Arn"),
            };
            let own = self.is_of(node, service);
            if is_arn && !attribute.contains("Stream") {
                let arn = if own { self.arn_of(node) } else { None };
                let arn = arn.or_else(|| (!self.is_self(node)).then(|| text.clone()));
                return match arn {
                    Some(arn) => Some(Filling::Whole(arn, own.then_some(node))),
                    None => Some(Filling::Part(self.name_of(node)?)),
                };
            }
            if is_arn {
                return Some(Filling::Whole(text.clone(), None));
            }
            if own {
                return Some(match self.arn_of(node) {
                    Some(arn) => Filling::Whole(arn, Some(node)),
                    None => Filling::Part(self.name_of(node).unwrap_or_else(|| text.clone())),
                });
            }
            return Some(Filling::Part(text.clone()));
        }
        let starts =
            matches!(text.parts().first(), Some(Part::Literal(l)) if l.starts_with("arn:"));
        if !starts {
            return None;
        }
        // The ARN of a node, spelled out.
        let found = self.app.denotes(text, |node| self.is_of(node, service));
        if let [node] = found.as_slice()
            && self.ends_in(text, *node)
            && let Some(arn) = self.arn_of(*node)
        {
            return Some(Filling::Whole(arn, Some(*node)));
        }
        Some(Filling::Whole(text.clone(), None))
    }

    /// Whether an ARN ends in the name of a node.
    fn ends_in(&self, text: &Text, node: NodeId) -> bool {
        if let Some(Part::Hole(Symbol::Attr(_, _, attribute))) = text.parts().last() {
            return !attribute.contains("Stream");
        }
        let names = self.app.name(node).map(Setting::values).unwrap_or_default();
        let words = text.words();
        names.iter().any(|(_, name)| {
            words
                .strip_suffix(&name.words())
                .is_some_and(|before| before.ends_with([':', '/']))
        })
    }

    /// The node of a service that a name is given to.
    fn called(&self, name: &Text, service: &str) -> Option<NodeId> {
        let named = |node: NodeId| {
            let names = self.app.name(node).map(Setting::values).unwrap_or_default();
            names
                .iter()
                .any(|(_, known)| !known.parts().is_empty() && *known == name)
        };
        let functions = self.app.functions.ids().map(NodeId::Function);
        let resources = self.app.resources.ids().map(NodeId::Resource);
        let roles = self.app.roles.ids().map(NodeId::Role);
        let mut nodes = functions.chain(resources).chain(roles);
        nodes.find(|node| self.is_of(*node, service) && named(*node))
    }

    /// Whether a node belongs to a service of ARNs.
    pub(super) fn is_of(&self, node: NodeId, service: &str) -> bool {
        match node {
            NodeId::Function(_) => service == "lambda",
            NodeId::Role(_) => service == "iam",
            NodeId::Outside(_) => false,
            NodeId::Resource(id) => {
                let named = naming_of(self.app, node).map(|naming| naming.arn.as_str());
                let of_type = || {
                    let type_name = self.app.resources.get(id).map(|r| r.type_name.as_str());
                    let namespace = type_name.and_then(|t| t.split("::").nth(1));
                    namespace.unwrap_or_default().to_ascii_lowercase()
                };
                match named.and_then(|arn| arn.split(':').nth(2)) {
                    Some(known) => known == service,
                    None => of_type() == service,
                }
            }
        }
    }

    fn is_self(&self, node: NodeId) -> bool {
        node == NodeId::Function(self.function)
    }

    /// The reference that gives the ARN of a node; none to the function itself, which its own role cannot refer to.
    pub(super) fn arn_of(&self, node: NodeId) -> Option<Text> {
        if self.is_self(node) {
            return None;
        }
        let key = match node {
            NodeId::Function(id) => &self.app.functions.get(id)?.key,
            NodeId::Resource(id) => &self.app.resources.get(id)?.key,
            NodeId::Role(id) => &self.app.roles.get(id)?.key,
            NodeId::Outside(_) => return None,
        };
        let naming = naming_of(self.app, node);
        let attribute = match naming {
            Some(naming) if naming.reference == "arn" => "Ref",
            Some(naming) => naming.arns.first()?,
            None => "Arn",
        };
        let symbol = Symbol::Attr(key.stack, key.address.clone(), attribute.to_owned());
        Some(Text::hole(symbol))
    }

    /// What a node is called in an ARN: its name, or the reference that gives it.
    pub(super) fn name_of(&self, node: NodeId) -> Option<Text> {
        if self.is_self(node) {
            let names = self.app.name(node)?.values();
            return match names.as_slice() {
                [(_, name)] => Some((*name).clone()),
                _ => Some(Text::join([
                    pseudo("AWS::StackName"),
                    Part::Literal("-*".to_owned()),
                ])),
            };
        }
        let NodeId::Resource(id) = node else {
            return None;
        };
        let resource = self.app.resources.get(id)?;
        // A parameter that names it says more than a reference to it.
        if let Some(parameter) = self.parameter_of(&resource.name) {
            return Some(parameter);
        }
        let key = &resource.key;
        let symbol = Symbol::Attr(key.stack, key.address.clone(), "Ref".to_owned());
        Some(Text::hole(symbol))
    }

    /// The region a client is given; the deployment's own where it is given none, any where it is not known.
    fn region(&self, given: &[ApiValue]) -> Vec<Part> {
        let said = given.iter().filter(|value| **value != ApiValue::Nothing);
        match said.collect::<Vec<_>>().as_slice() {
            [] => vec![pseudo("AWS::Region")],
            [ApiValue::Text(text)] if text.parts().is_empty() => vec![pseudo("AWS::Region")],
            [ApiValue::Text(text)] if !text.parts().iter().any(is_opaque) => {
                self.as_written(text).parts().to_vec()
            }
            // An event, or one of several: which, only a run tells.
            _ => vec![Part::Literal("*".to_owned())],
        }
    }

    /// A text as the template writes it: the parameter whose default it is, where a variable of the function or the
    /// name of a resource is that parameter.
    fn as_written(&self, text: &Text) -> Text {
        let function = self.app.functions.get(self.function);
        let env = function
            .into_iter()
            .flat_map(|f| f.env.iter().map(|(_, s)| s));
        let names = self.app.resources.iter().map(|r| &r.name);
        let mut same = env.chain(names).filter(|s| s.known() == Some(text));
        same.find_map(|setting| self.parameter_of(setting))
            .unwrap_or_else(|| text.clone())
    }

    /// The parameter whose default a value is, all of it.
    fn parameter_of(&self, setting: &Setting<Text>) -> Option<Text> {
        let mut origin = Some(&setting.origin);
        while let Some(at) = origin {
            if at.how == How::ParameterDefault {
                let parameters = self.app.setup.parameters.iter();
                let mut of = parameters.filter(|p| p.default.origin.span == at.span);
                let parameter = of.next()?;
                // Part of a name is not the name.
                if parameter.default.known() != setting.known() {
                    return None;
                }
                let key = &parameter.key;
                return Some(Text::hole(Symbol::Parameter(
                    key.stack,
                    key.address.clone(),
                )));
            }
            origin = at.via.as_deref();
        }
        None
    }

    /// All resources of a type, or a pattern for them.
    pub(super) fn kind(&self, beside: &Beside) -> Bound {
        let mut bound = Bound::default();
        for (id, resource) in self.app.resources.enumerate() {
            if resource.type_name == beside.type_name
                && let Some(arn) = self.arn_of(NodeId::Resource(id))
            {
                bound.nodes.push(NodeId::Resource(id));
                bound.resources.push(arn);
            }
        }
        if bound.resources.is_empty() {
            let (service, kind) = beside.arn.split_once(':').unwrap_or((beside.arn, ""));
            bound.resources.push(Text::join([
                Part::Literal("arn:".to_owned()),
                pseudo("AWS::Partition"),
                Part::Literal(format!(":{service}:")),
                pseudo("AWS::Region"),
                Part::Literal(":".to_owned()),
                pseudo("AWS::AccountId"),
                Part::Literal(format!(":{kind}*")),
            ]));
            bound.unknown.push(format!("which {}", beside.type_name));
        }
        bound
    }
}

fn push(drafts: &mut [Draft], part: Part) {
    for draft in drafts {
        draft.parts.push(part.clone());
    }
}

/// Members that stand for something where a request leaves them out. Source: API references of EventBridge (PutEvents)
/// and EventBridge Scheduler (CreateSchedule), 2026-10.
const DEFAULTS: [(&str, &str); 2] = [("EventBusName", "default"), ("GroupName", "default")];

fn default_of(path: &str) -> Option<&'static str> {
    let name = path.rsplit('.').next().unwrap_or(path);
    let found = DEFAULTS.iter().find(|(member, _)| *member == name);
    found.map(|(_, text)| *text)
}

/// The service of an ARN.
fn service_of<'t>(template: &'t ArnTemplate<'_>) -> &'t str {
    let service = template.pieces.iter().find_map(|piece| match piece {
        Piece::Text(text) => text.strip_prefix(':'),
        _ => None,
    });
    let service = service.unwrap_or_default();
    service.split(':').next().unwrap_or_default()
}

/// Groups of regions that ids of inference profiles begin with. Source: Amazon Bedrock user guide, "Supported Regions
/// and models for inference profiles", 2026-10.
const GROUPS: [&str; 9] = [
    "us.", "eu.", "apac.", "global.", "us-gov.", "jp.", "au.", "ca.", "sa.",
];

/// An inference profile needs itself and the model behind it, wherever that runs.
fn profile(text: &Text) -> Option<[Filling; 2]> {
    let id = text.literal()?;
    let group = GROUPS.iter().find(|group| id.starts_with(**group))?;
    let model = id.strip_prefix(group)?;
    let arn = |parts: Vec<Part>| {
        let head = [Part::Literal("arn:".to_owned()), pseudo("AWS::Partition")];
        Filling::Whole(Text::join(head.into_iter().chain(parts)), None)
    };
    Some([
        arn(vec![
            Part::Literal(":bedrock:".to_owned()),
            pseudo("AWS::Region"),
            Part::Literal(":".to_owned()),
            pseudo("AWS::AccountId"),
            Part::Literal(format!(":inference-profile/{id}")),
        ]),
        arn(vec![Part::Literal(format!(
            ":bedrock:*::foundation-model/{model}"
        ))]),
    ])
}

/// Elements of lists; of the source of a copy its bucket or key.
fn flat(value: ApiValue, kind: HoleKind, out: &mut Vec<ApiValue>) {
    let part = match kind {
        HoleKind::CopyBucket => Some("Bucket"),
        HoleKind::CopyKey => Some("Key"),
        _ => None,
    };
    match (&value, part) {
        (ApiValue::Record(_), Some(part)) => {
            for value in value.get(part).unwrap_or_default() {
                // What a map tells apart is put into the form of a path.
                out.push(match value.text() {
                    Some(text) if part == "Bucket" => ApiValue::Text(Text::join(
                        text.parts()
                            .iter()
                            .cloned()
                            .chain([Part::Literal("/".to_owned())]),
                    )),
                    Some(text) => ApiValue::Text(Text::join(
                        [Part::Literal("bucket/".to_owned())]
                            .into_iter()
                            .chain(text.parts().iter().cloned()),
                    )),
                    None => value.clone(),
                });
            }
        }
        (ApiValue::List(values), _) => {
            for value in values {
                flat(value.clone(), kind, out);
            }
        }
        _ => out.push(value),
    }
}

/// Every draft with every filling.
fn crossed(drafts: &[Draft], fillings: &[Filling], kind: HoleKind, first: bool) -> Vec<Draft> {
    let mut all = Vec::new();
    for draft in drafts {
        for filling in fillings {
            if all.len() >= RESOURCES_MAX {
                return all;
            }
            let mut draft = draft.clone();
            match filling {
                Filling::Whole(arn, node) => {
                    draft.parts = arn.parts().to_vec();
                    draft.nodes.extend(*node);
                }
                Filling::Part(text) => {
                    let slash = kind == HoleKind::Path
                        && matches!(draft.parts.last(), Some(Part::Literal(l)) if l.ends_with('/'));
                    let mut parts = text.parts().to_vec();
                    if slash
                        && let Some(Part::Literal(start)) = parts.first_mut()
                        && let Some(rest) = start.strip_prefix('/')
                    {
                        *start = rest.to_owned();
                    }
                    draft.parts.extend(parts);
                }
                Filling::Rooted(text) => {
                    if let Some(Part::Literal(end)) = draft.parts.last_mut()
                        && end.ends_with('/')
                    {
                        end.pop();
                    }
                    draft.parts.extend(text.parts().to_vec());
                }
                Filling::Unknown(what) => {
                    draft.parts.push(Part::Literal("*".to_owned()));
                    if first {
                        draft.unknown.push(what.clone());
                    }
                }
            }
            all.push(draft);
        }
    }
    all
}
