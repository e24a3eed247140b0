//! Which data a function's roles reach, and how: for the last steps of a path.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use palisade_model::app::{App, FunctionId, Kind, NodeId, ResourceId, RoleId};
use palisade_model::guard::Guard;
use palisade_model::policy::Effect;
use palisade_model::setting::{Answer, Origin};

use crate::evaluate::judge::{Judge, decide};
use crate::naming::{Facts, Form, Naming, Subject, subject_of};
use crate::pattern::{Fit, Pattern};
use crate::reach::label;
use crate::rights::{Right, Rights};

/// What can be done with data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Access {
    /// Delete.
    pub deletes: bool,
    /// Add or change.
    pub writes: bool,
    /// Read.
    pub reads: bool,
}

impl Access {
    /// Whether nothing can be done.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// Whether everything `other` can do can be done.
    pub fn holds(self, other: Self) -> bool {
        self.deletes >= other.deletes && self.writes >= other.writes && self.reads >= other.reads
    }

    /// For sentences: `read and delete`.
    pub fn verbs(self) -> &'static str {
        match (self.reads, self.writes, self.deletes) {
            (true, _, true) => "read and delete",
            (true, true, false) => "read and change",
            (true, false, false) => "read",
            (false, true, true) => "change and delete",
            (false, false, true) => "delete",
            (false, true, false) => "write to",
            (false, false, false) => "",
        }
    }

    fn weight(self) -> u8 {
        u8::from(self.deletes) * 2 + u8::from(self.reads) * 2 + u8::from(self.writes)
    }
}

/// A kind of data: how it is read, changed and deleted; the more valuable first.
struct Data {
    kind: Kind,
    every: &'static str,
    reads: &'static [&'static str],
    writes: &'static [&'static str],
    deletes: &'static [&'static str],
}

/// Kinds that hold what belongs to people. Source: AWS service authorization reference (2026-09).
const DATA: &[Data] = &[
    Data {
        kind: Kind::Secret,
        every: "every secret",
        reads: &["secretsmanager:GetSecretValue"],
        writes: &["secretsmanager:PutSecretValue"],
        deletes: &["secretsmanager:DeleteSecret"],
    },
    Data {
        kind: Kind::UserPool,
        every: "every user pool",
        reads: &["cognito-idp:ListUsers", "cognito-idp:AdminGetUser"],
        writes: &[
            "cognito-idp:AdminUpdateUserAttributes",
            "cognito-idp:AdminCreateUser",
        ],
        deletes: &["cognito-idp:AdminDeleteUser"],
    },
    Data {
        kind: Kind::Bucket,
        every: "every bucket",
        reads: &["s3:GetObject"],
        writes: &["s3:PutObject"],
        deletes: &["s3:DeleteObject"],
    },
    Data {
        kind: Kind::Table,
        every: "every table",
        reads: &[
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:BatchGetItem",
        ],
        writes: &[
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:BatchWriteItem",
        ],
        deletes: &["dynamodb:DeleteItem", "dynamodb:DeleteTable"],
    },
    Data {
        kind: Kind::Database,
        every: "every database",
        reads: &["rds-data:ExecuteStatement"],
        writes: &["rds-data:ExecuteStatement", "rds:ModifyDBCluster"],
        deletes: &["rds:DeleteDBCluster", "rds:DeleteDBInstance"],
    },
    Data {
        kind: Kind::Parameter,
        every: "every parameter",
        reads: &[
            "ssm:GetParameter",
            "ssm:GetParameters",
            "ssm:GetParametersByPath",
        ],
        writes: &["ssm:PutParameter"],
        deletes: &["ssm:DeleteParameter"],
    },
    Data {
        kind: Kind::Repository,
        every: "every repository",
        reads: &["codecommit:GitPull"],
        writes: &["codecommit:GitPush"],
        deletes: &["codecommit:DeleteRepository"],
    },
    Data {
        kind: Kind::Queue,
        every: "every queue",
        reads: &["sqs:ReceiveMessage"],
        writes: &["sqs:SendMessage"],
        deletes: &["sqs:DeleteMessage", "sqs:PurgeQueue"],
    },
    Data {
        kind: Kind::Stream,
        every: "every stream",
        reads: &["kinesis:GetRecords"],
        writes: &["kinesis:PutRecord", "kinesis:PutRecords"],
        deletes: &["kinesis:DeleteStream"],
    },
];

/// The kinds of [`DATA`].
pub(crate) fn data_kinds() -> Vec<Kind> {
    DATA.iter().map(|data| data.kind).collect()
}

/// What one role reaches, for one function.
struct Reached {
    rank: usize,
    node: Option<NodeId>,
    label: String,
    access: Access,
    origin: Origin,
}

/// Each kind as a whole or each of its resources, once.
type Found = BTreeMap<(usize, Option<NodeId>), Reached>;

/// The data a function's roles reach, worst grant first, with the statement that gives most.
/// For many questions use [`data_reached_by`].
pub fn data_reached(app: &App, function: FunctionId) -> Vec<(NodeId, Access, Origin)> {
    data_reached_by(&Judge::unindexed(app), function)
}

/// [`data_reached`] with a judge that is kept.
pub fn data_reached_by(judge: &Judge<'_>, function: FunctionId) -> Vec<(NodeId, Access, Origin)> {
    let found = reached(judge, function, false);
    found
        .into_iter()
        .filter_map(|r| Some((r.node?, r.access, r.origin)))
        .collect()
}

/// The role's name and place, the data it reaches (`every bucket` where it reaches all there are), and the verbs
/// for `its role can <verbs> <data>`: each of the data can be treated so.
pub fn role_words(
    app: &App,
    function: FunctionId,
) -> (String, Option<Origin>, Vec<String>, String) {
    role_words_by(&Judge::unindexed(app), function)
}

/// [`role_words`] with a judge that is kept.
pub fn role_words_by(
    judge: &Judge<'_>,
    function: FunctionId,
) -> (String, Option<Origin>, Vec<String>, String) {
    let app = judge.nodes().app();
    let roles = app.functions.get(function).map(|f| f.role.as_slice());
    let first = roles.and_then(|roles| roles.first()).map(|(_, role)| *role);
    let Some(role) = first else {
        return (String::new(), None, Vec::new(), String::new());
    };
    let name = label(app, NodeId::Role(role));
    let origin = app.roles.get(role).map(|r| r.origin.clone());
    if let Some(right) = administrator(judge, role) {
        let everything = vec!["everything in the account".to_owned()];
        return (name, Some(right), everything, "read and delete".to_owned());
    }
    let found = reached(judge, function, true);
    let worst = found.first().map(|r| r.access).unwrap_or_default();
    let origin = found.first().map(|r| r.origin.clone()).or(origin);
    let mut labels: Vec<String> = Vec::new();
    for reached in found {
        if reached.access.holds(worst) && !labels.contains(&reached.label) {
            labels.push(reached.label);
        }
    }
    (name, origin, labels, worst.verbs().to_owned())
}

/// Whether a role may do everything on everything, and by which statement.
pub(crate) fn administrator(judge: &Judge<'_>, role: RoleId) -> Option<Origin> {
    let rights = judge.rights(role)?;
    let denies = rights.rights.iter().any(|r| r.rule.effect == Effect::Deny);
    if denies || rights.boundary.is_some() || rights.boundary_unread {
        return None;
    }
    let all = |right: &&Right| {
        right.rule.effect == Effect::Allow
            && right.conditions == Answer::Yes
            && right.action("iam:CreateUser") == Fit::Yes
            && right.action("s3:DeleteBucket") == Fit::Yes
            && right.rule.resources.iter().any(Pattern::is_any)
            && !right.rule.not_resources
    };
    let right = rights.rights.iter().find(all)?;
    Some(right.origin.clone())
}

/// What the roles of a function reach, worst first; whole kinds as one where `wide`.
fn reached(judge: &Judge<'_>, function: FunctionId, wide: bool) -> Vec<Reached> {
    let app = judge.nodes().app();
    let Some(function) = app.functions.get(function) else {
        return Vec::new();
    };
    let mut found: Found = Found::new();
    for (when, role) in &function.role {
        let world = when.and(&function.exists);
        let Some(rights) = judge.rights(*role) else {
            continue;
        };
        for (rank, data) in DATA.iter().enumerate() {
            if about(rights, data).next().is_none() {
                continue;
            }
            let every = every_subject(data.kind);
            let all = every.as_ref().map(|s| access(rights, data, s, &world));
            let whole = all.filter(|a| !a.is_none());
            if wide && let Some(whole) = whole {
                add(
                    &mut found,
                    rank,
                    None,
                    data.every.to_owned(),
                    whole,
                    rights,
                    every.as_ref(),
                    data,
                );
            }
            let rights_of = about(rights, data);
            for id in judge.holders().meant(data.kind, rights_of) {
                let Some(resource) = app.resources.get(id) else {
                    continue;
                };
                let world = world.and(&resource.exists);
                let Some(subject) = subject(judge, id) else {
                    continue;
                };
                let access = access(rights, data, &subject, &world);
                let told = wide && whole.is_some_and(|w| w.holds(access));
                if access.is_none() || told || world.impossible() {
                    continue;
                }
                let node = NodeId::Resource(id);
                let name = label(app, node);
                add(
                    &mut found,
                    rank,
                    Some(node),
                    name,
                    access,
                    rights,
                    Some(&subject),
                    data,
                );
            }
        }
    }
    let mut found: Vec<Reached> = found.into_values().collect();
    found.sort_by_key(|r| {
        (
            Reverse(r.access.weight()),
            Reverse(r.access),
            r.rank,
            r.node,
        )
    });
    found
}

#[expect(clippy::too_many_arguments, reason = "one row of a table")]
fn add(
    found: &mut Found,
    rank: usize,
    node: Option<NodeId>,
    label: String,
    access: Access,
    rights: &Rights,
    subject: Option<&Subject>,
    data: &Data,
) {
    let Some(origin) = widest(rights, data, subject) else {
        return;
    };
    // Several roles of one function reach the same thing once, by the wider one.
    if let Some(old) = found.get_mut(&(rank, node)) {
        if access > old.access {
            old.access = access;
            old.origin = origin;
        }
        return;
    }
    let reached = Reached {
        rank,
        node,
        label,
        access,
        origin,
    };
    found.insert((rank, node), reached);
}

fn subject(judge: &Judge<'_>, id: ResourceId) -> Option<Subject> {
    subject_of(judge.nodes(), NodeId::Resource(id))
}

/// The Allow statements of a role that are about a kind of data at all.
fn about<'r>(rights: &'r Rights, data: &'r Data) -> impl Iterator<Item = &'r Right> {
    let actions = move || data.reads.iter().chain(data.writes).chain(data.deletes);
    rights.rights.iter().filter(move |right| {
        right.rule.effect == Effect::Allow
            && actions().any(|action| right.action(action) != Fit::No)
    })
}

/// Everything of a kind: `arn:aws:s3:::*`.
fn every_subject(kind: Kind) -> Option<Subject> {
    let naming: &Naming = Facts::all().naming_of_kind(kind)?;
    let star = |shape: &str| {
        ["{r}", "{a}", "{n}", "{s}"]
            .iter()
            .fold(shape.to_owned(), |shape, hole| shape.replace(hole, "*"))
    };
    let arn = star(&naming.arn);
    let form = |text: &str| Form {
        pattern: Pattern::of(text),
        when: Guard::always(),
        symbolic: true,
    };
    Some(Subject {
        whole: vec![form(&arn)],
        parts: naming
            .parts
            .iter()
            .map(|part| form(&format!("{arn}{}", star(part))))
            .collect(),
    })
}

/// How a role reaches a subject. For a whole kind, all of it must be reached.
fn access(rights: &Rights, data: &Data, subject: &Subject, world: &Guard) -> Access {
    let named = subject.whole.len() > 1;
    let may = |actions: &[&str]| {
        actions.iter().any(
            |action| match decide(rights, action, Some(subject), world) {
                Answer::Yes => true,
                Answer::Depends(_) => named,
                Answer::No | Answer::Unknown(_) => false,
            },
        )
    };
    Access {
        reads: may(data.reads),
        writes: may(data.writes),
        deletes: may(data.deletes),
    }
}

/// The statement that gives most of what a role can do with a subject.
fn widest(rights: &Rights, data: &Data, subject: Option<&Subject>) -> Option<Origin> {
    let gives = |right: &Right| {
        let may = |actions: &[&str]| {
            actions.iter().any(|action| {
                right.action(action) != Fit::No
                    && right.resource(action, subject, &Guard::always()) != Fit::No
            })
        };
        Access {
            reads: may(data.reads),
            writes: may(data.writes),
            deletes: may(data.deletes),
        }
    };
    let allows = rights
        .rights
        .iter()
        .filter(|r| r.rule.effect == Effect::Allow);
    let mut best: Option<(u8, &Right)> = None;
    for right in allows {
        let weight = gives(right).weight();
        if weight > 0 && best.is_none_or(|(w, _)| weight > w) {
            best = Some((weight, right));
        }
    }
    best.map(|(_, right)| right.origin.clone())
}
