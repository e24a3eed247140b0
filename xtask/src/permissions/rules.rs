//! From an operation to the permissions that it needs, by rule and by exception.

use std::collections::{BTreeMap, BTreeSet};

use palisade_iam::facts::layout::{ALTERNATIVES, DEPENDENT, OPTIONAL};

use super::authorization::{Action, Authorization};
use super::bind::{self, Bound, Choice, Overrides, Template};
use super::curated::{Curated, Need};
use super::operations::{Client, Holds, Operation};

/// One row of what an operation needs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Rule {
    /// With prefix, as AWS spells it; as the operation is called where AWS documents none.
    pub(super) action: String,
    pub(super) templates: Vec<Template>,
    pub(super) when: String,
    pub(super) flags: u32,
}

/// What rules are made from.
pub(super) struct Maker<'a> {
    pub(super) authorization: &'a Authorization,
    pub(super) curated: &'a Curated,
    nothing: Overrides,
}

/// What an operation is called where.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) client: &'a str,
    pub(super) prefix: &'a str,
    pub(super) name: &'a str,
    pub(super) operation: &'a Operation,
}

impl<'a> Maker<'a> {
    pub(super) fn new(authorization: &'a Authorization, curated: &'a Curated) -> Self {
        Self {
            authorization,
            curated,
            nothing: Overrides::new(),
        }
    }

    /// The prefix of a client's actions.
    pub(super) fn prefix(&self, name: &'a str, client: &'a Client) -> &'a str {
        let curated = self.curated.prefixes.get(name);
        curated.map_or(client.signing.as_str(), String::as_str)
    }

    /// What an operation needs.
    pub(super) fn rules(&self, of: Of<'_>) -> Vec<Rule> {
        let exceptions = &self.curated.exceptions;
        let exception = exceptions
            .get(&format!("{}:{}", of.client, of.name))
            .or_else(|| exceptions.get(&format!("{}:*", of.client)));
        let mut rules = Vec::new();
        if !of.operation.unsigned && !exception.is_some_and(|exception| exception.instead) {
            rules.extend(self.by_name(of));
            for choice in bind::choices(of.operation, &self.overrides(of.client)) {
                rules = rules
                    .into_iter()
                    .flat_map(|rule| chosen(rule, &choice))
                    .collect();
            }
        }
        for need in exception.into_iter().flat_map(|exception| &exception.needs) {
            rules.extend(self.curated(of, need));
        }
        rules
    }

    /// What a curated row says; its resources by rule where it names none.
    pub(super) fn curated(&self, of: Of<'_>, need: &Need) -> Vec<Rule> {
        let mut flags = 0;
        for (is, flag) in [
            (need.optional, OPTIONAL),
            (need.dependent, DEPENDENT),
            (need.alternatives, ALTERNATIVES),
        ] {
            flags |= if is { flag } else { 0 };
        }
        let name = need.action.replace('@', of.name);
        let mut rules = match &need.on {
            Some(templates) => vec![Rule {
                action: name,
                templates: templates.clone(),
                when: String::new(),
                flags: 0,
            }],
            None => match self.action_of(&name) {
                Some((prefix, action)) => self.on_resources(Of { prefix, ..of }, action),
                None => vec![Rule {
                    action: name,
                    templates: vec![Template::star()],
                    when: String::new(),
                    flags: 0,
                }],
            },
        };
        for rule in &mut rules {
            let both = !rule.when.is_empty() && !need.when.is_empty();
            let and = if both { " & " } else { "" };
            rule.when = format!("{}{and}{}", need.when, rule.when);
            rule.flags |= flags;
        }
        rules
    }

    /// The action of the operation's name; REST calls of API Gateway are actions by verb on paths.
    fn by_name(&self, of: Of<'_>) -> Vec<Rule> {
        if let Some(action) = self.authorization.action(of.prefix, of.name) {
            let mut rules = self.on_resources(of, action);
            rules.extend(self.dependents(of, action, &rules));
            return rules;
        }
        if of.prefix == "apigateway" {
            return vec![rest(of)];
        }
        vec![Rule {
            action: format!("{}:{}", of.prefix, of.name),
            templates: vec![Template::star()],
            when: String::new(),
            flags: 0,
        }]
    }

    /// An action on the resources that the members name.
    ///
    /// Required types are always named. Of types that are only optional those count that required members name;
    /// without one the request is asked for on `*`, and for what optional members name where they are given.
    fn on_resources(&self, of: Of<'_>, action: &Action) -> Vec<Rule> {
        let name = format!("{}:{}", of.prefix, action.name);
        let rule = |templates: Vec<Template>, when: String, flags: u32| Rule {
            action: name.clone(),
            templates,
            when,
            flags,
        };
        let service = self.authorization.services.get(of.prefix);
        let types = action.types.iter().flat_map(|(kind, required)| {
            let format = service.and_then(|service| service.types.get(kind));
            let format = format.map_or("", |kind| kind.arn.as_str());
            let bound = self.bound(of, kind, format).into_iter();
            bound.map(|bound| (bound, *required))
        });
        let (required, optional): (Vec<_>, Vec<_>) = types.partition(|(_, required)| *required);
        let mut always: BTreeSet<Template> = required
            .iter()
            .map(|(bound, _)| bound.template.clone())
            .collect();
        let mut rules = Vec::new();
        let mut sometimes: BTreeMap<String, BTreeSet<Template>> = BTreeMap::new();
        let named = optional.iter().filter(|(bound, _)| bound.whole);
        for (bound, _) in named {
            match bound.optional.is_empty() {
                true if required.is_empty() => drop(always.insert(bound.template.clone())),
                true => {}
                false => {
                    let group = sometimes.entry(bound.optional.join(" & ")).or_default();
                    group.insert(bound.template.clone());
                }
            }
        }
        if always.is_empty() {
            let any = (!optional.is_empty())
                .then(|| bind::any_resource(of.operation))
                .flatten();
            match any {
                Some((member, _)) => {
                    let format = format!("${{{member}|arn}}");
                    always.insert(Template::written(&format));
                    sometimes.clear();
                }
                None => drop(always.insert(Template::star())),
            }
        }
        let star = always.contains(&Template::star());
        let unnamed = match star {
            true => about(&of, &sometimes),
            false => String::new(),
        };
        if let Some(member) = one_arn(&always) {
            always = BTreeSet::from([Template::written(&format!("${{{member}}}"))]);
        }
        let several = always.len() > 1 && (required.is_empty() || one_member(&always));
        let flags = if several { ALTERNATIVES } else { 0 };
        rules.push(rule(always.into_iter().collect(), unnamed, flags));
        for (when, templates) in sometimes {
            let flags = if templates.len() > 1 { ALTERNATIVES } else { 0 };
            rules.push(rule(templates.into_iter().collect(), when, flags));
        }
        rules
    }

    /// The ARNs of a type; of several, separated by commas, those that the members fill wholly, and by name, if any do.
    fn bound(&self, of: Of<'_>, kind: &str, formats: &str) -> Vec<Bound> {
        let overrides = self.overrides(of.client);
        let formats = formats.split(", ").filter(|format| !format.is_empty());
        let mut all: Vec<Bound> = formats
            .map(|format| bind::bind(kind, format, of.name, of.operation, &overrides))
            .collect();
        for better in [
            |bound: &Bound| bound.whole,
            |bound: &Bound| bound.template.by_name(),
        ] {
            if all.iter().any(better) {
                all.retain(better);
            }
        }
        all
    }

    fn overrides(&self, client: &str) -> [&Overrides; 2] {
        let of = |key: &str| self.curated.binds.get(key).unwrap_or(&self.nothing);
        [of(client), of("any")]
    }

    /// What the service asks for on behalf of the call, where an argument shows it.
    fn dependents(&self, of: Of<'_>, action: &Action, rules: &[Rule]) -> Vec<Rule> {
        let mut found = Vec::new();
        let mut names = action.dependents.clone();
        // Whoever reads or lists by a role does not pass it.
        let passes = self.curated.passes.iter().any(|client| client == of.client);
        let reads = ["Get", "List", "Describe"]
            .iter()
            .any(|verb| of.name.starts_with(verb));
        if passes && !reads {
            names.insert("iam:PassRole".to_owned());
        }
        for name in &names {
            let Some((prefix, dependent)) = self.action_of(name) else {
                continue;
            };
            let name = format!("{prefix}:{}", dependent.name);
            for (member, many) in triggers(&name, of.operation) {
                let path = if many {
                    format!("{member}[]")
                } else {
                    member.clone()
                };
                let templates = match name.as_str() {
                    "iam:PassRole" => role(&path),
                    "secretsmanager:GetSecretValue" => vec![Template::written(&format!(
                        "arn:${{Partition}}:secretsmanager:${{Region}}:${{Account}}:secret:${{{path}|arn}}"
                    ))],
                    _ if prefix == "kms" => vec![Template::written(&format!(
                        "arn:${{Partition}}:kms:${{Region}}:${{Account}}:key/${{{path}|arn}}"
                    ))],
                    _ => rules
                        .first()
                        .map(|rule| rule.templates.clone())
                        .unwrap_or_default(),
                };
                found.push(Rule {
                    action: name.clone(),
                    templates,
                    when: member,
                    flags: DEPENDENT,
                });
            }
        }
        found.extend(self.s3_objects(of));
        found
    }

    /// Services that are told of an object read it with the caller's rights.
    fn s3_objects(&self, of: Of<'_>) -> Vec<Rule> {
        let paths = of.operation.s3_objects.iter();
        paths
            .map(|path| Rule {
                action: "s3:GetObject".to_owned(),
                templates: vec![Template::written(&format!(
                    "arn:${{Partition}}:s3:::${{{path}.Bucket}}/${{{path}.Name}}"
                ))],
                when: path.clone(),
                flags: DEPENDENT,
            })
            .collect()
    }

    fn action_of<'n>(&self, name: &'n str) -> Option<(&'n str, &Action)> {
        let (prefix, short) = name.split_once(':')?;
        Some((prefix, self.authorization.action(prefix, short)?))
    }
}

/// Where the operation is about what one optional member names, `*` is asked for only without it: the condition.
fn about(of: &Of<'_>, sometimes: &BTreeMap<String, BTreeSet<Template>>) -> String {
    let mut whens = sometimes.keys();
    let (Some(when), None) = (whens.next(), whens.next()) else {
        return String::new();
    };
    let one = of
        .operation
        .member(when)
        .filter(|member| member.holds == Holds::Text);
    let named = one.map(|member| bind::normal(&member.name));
    let named = named.as_deref().map(|name| {
        ["name", "arn", "id"]
            .iter()
            .fold(name, |name, end| name.strip_suffix(end).unwrap_or(name))
    });
    let ends = |name: &str| bind::normal(of.name).ends_with(name);
    match named {
        Some(name) if ends(name) || ends(name.trim_end_matches('s')) => format!("!?{when}"),
        _ => String::new(),
    }
}

/// A rule for each member that may name the same thing: by name where no ARN is given, by the ARN where it is.
fn chosen(rule: Rule, (first, others): &Choice) -> Vec<Rule> {
    let filled = |template: &Template| template.bound.contains(first);
    if !rule.templates.iter().any(filled) {
        return vec![rule];
    }
    let and = |when: &str, test: String| match when.is_empty() {
        true => test,
        false => format!("{when} & {test}"),
    };
    let mut found = Vec::new();
    let mut plain = rule.clone();
    for other in others {
        let member = bind::member_of(other);
        plain.when = and(&plain.when, format!("!?{member}"));
        let mut by_arn = rule.clone();
        for path in by_arn
            .templates
            .iter_mut()
            .flat_map(|template| &mut template.bound)
        {
            if path == first {
                path.clone_from(other);
            }
        }
        let own = bind::member_of(first);
        let tests = rule
            .when
            .split(" & ")
            .filter(|test| *test != own && !test.is_empty());
        let tests: Vec<&str> = tests.collect();
        by_arn.when = and(&tests.join(" & "), format!("?{member}"));
        found.push(by_arn);
    }
    found.insert(0, plain);
    found
}

/// The member that holds the whole ARN, whatever it is of: the same one ends all of several templates.
fn one_arn(templates: &BTreeSet<Template>) -> Option<String> {
    let mut ends = templates.iter().map(|template| template.bound.last());
    let first = ends.next()??;
    let whole = templates.len() > 1 && first.ends_with("|arn");
    (whole && ends.all(|end| end == Some(first))).then(|| first.clone())
}

/// Whether one member names the last part of all of several templates: it names one of them.
fn one_member(templates: &BTreeSet<Template>) -> bool {
    let closed = |template: &Template| template.format.ends_with('}');
    let mut ends = templates
        .iter()
        .map(|template| template.bound.last().filter(|_| closed(template)));
    match ends.next().flatten() {
        Some(first) => !first.is_empty() && ends.all(|end| end == Some(first)),
        None => false,
    }
}

fn role(path: &str) -> Vec<Template> {
    vec![Template::written(&format!(
        "arn:${{Partition}}:iam::${{Account}}:role/${{{path}|arn}}"
    ))]
}

/// The members that show that a dependent action is asked for, and whether they are lists.
fn triggers(action: &str, operation: &Operation) -> Vec<(String, bool)> {
    let (prefix, short) = action.split_once(':').unwrap_or(("", action));
    let tags = [
        "tags",
        "taglist",
        "tagset",
        "resourcetags",
        "tagspecifications",
        "tagspecification",
    ];
    let shows = |name: &str| match (prefix, short) {
        ("iam", "PassRole") => {
            name.ends_with("rolearn") || name.ends_with("role") || name == "iamrole"
        }
        ("secretsmanager", "GetSecretValue") => name.ends_with("secretarn"),
        ("kms", _) => name.contains("kms") || name == "encryptionkey" || name == "encryptionkeyarn",
        (_, "CreateTags" | "AddTags" | "TagResource" | "AddTagsToResource" | "TagResources") => {
            tags.contains(&name)
        }
        _ => false,
    };
    let members = operation.members.iter();
    members
        .filter(|member| shows(&bind::normal(&member.name)))
        .filter(|member| prefix != "iam" || member.holds != Holds::Other)
        .map(|member| {
            (
                member.name.clone(),
                prefix == "iam" && member.holds == Holds::Texts,
            )
        })
        .collect()
}

/// API Gateway's own REST interface: the verb is the action, the path the resource.
fn rest(of: Of<'_>) -> Rule {
    let path = of.operation.path.split('?').next().unwrap_or("");
    let path = path.strip_prefix("/v2").unwrap_or(path);
    let mut format = String::from("arn:${Partition}:apigateway:${Region}::");
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (hole, after) = after.split_once('}').unwrap_or((after, ""));
        let hole = hole.trim_end_matches('+');
        let named = |member: &&super::operations::Member| member.in_path.as_deref() == Some(hole);
        let member = of.operation.members.iter().find(named);
        format.push_str(before);
        format.push_str(&match member {
            Some(member) => format!("${{{}}}", member.name),
            None => "*".to_owned(),
        });
        rest = after;
    }
    format.push_str(rest);
    Rule {
        action: format!("apigateway:{}", of.operation.verb),
        templates: vec![Template::written(&format)],
        when: String::new(),
        flags: 0,
    }
}
