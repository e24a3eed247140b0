//! Whether a function's roles allow an action on a resource: Deny wins, unknown stays unknown.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use palisade_model::app::{App, FunctionId, Kind, NodeId, RoleId};
use palisade_model::guard::Guard;
use palisade_model::policy::Effect;
use palisade_model::setting::{Answer, Origin, Reason};
use palisade_model::text::Text;

use crate::access::data_kinds;
use crate::cover::leaves_out;
use crate::evaluate::context::Context;
use crate::evaluate::theirs::{Theirs, theirs};
use crate::holders::Holders;
use crate::naming::{Facts, Subject, subject_named, subject_of};
use crate::nodes::Nodes;
use crate::pattern::Fit;
use crate::rights::{Right, Rights};

/// Whether a function's roles allow an SDK action such as `s3:PutObject`. `resource` is the node it acts on, or
/// else `name` is its name, ARN or URL; with neither, the question is whether it is allowed on anything.
/// For many questions build a `Judge` once.
pub fn may(
    app: &App,
    function: FunctionId,
    action: &str,
    resource: Option<NodeId>,
    name: Option<&Text>,
) -> Answer {
    Judge::unindexed(app).may(function, action, resource, name)
}

/// Answers questions about the permissions of one App; roles are read when first asked for.
#[derive(Debug)]
pub struct Judge<'a> {
    nodes: Nodes<'a>,
    roles: Vec<OnceLock<Rights>>,
    holders: OnceLock<Holders>,
    all_holders: OnceLock<Holders>,
}

impl<'a> Judge<'a> {
    /// For many questions.
    pub fn new(app: &'a App) -> Self {
        Self::over(Nodes::new(app))
    }

    /// For a few questions.
    pub fn unindexed(app: &'a App) -> Self {
        Self::over(Nodes::unindexed(app))
    }

    fn over(nodes: Nodes<'a>) -> Self {
        let roles = nodes.app().roles.iter().map(|_| OnceLock::new()).collect();
        Self {
            nodes,
            roles,
            holders: OnceLock::new(),
            all_holders: OnceLock::new(),
        }
    }

    /// The nodes.
    pub fn nodes(&self) -> &Nodes<'a> {
        &self.nodes
    }

    /// The resources that hold data.
    pub(crate) fn holders(&self) -> &Holders {
        self.holders
            .get_or_init(|| Holders::new(&self.nodes, &data_kinds()))
    }

    /// All resources.
    pub(crate) fn all_holders(&self) -> &Holders {
        self.all_holders.get_or_init(|| {
            let kinds: BTreeSet<Kind> = self.nodes.app().resources.iter().map(|r| r.kind).collect();
            Holders::new(&self.nodes, &kinds.into_iter().collect::<Vec<_>>())
        })
    }

    /// The rights of a role.
    pub fn rights(&self, role: RoleId) -> Option<&Rights> {
        let slot = self.roles.get(palisade_model::index::Id::index(role))?;
        let role = self.nodes.app().roles.get(role)?;
        Some(slot.get_or_init(|| Rights::of(&self.nodes, role)))
    }

    /// See [`may`].
    pub fn may(
        &self,
        function: FunctionId,
        action: &str,
        resource: Option<NodeId>,
        name: Option<&Text>,
    ) -> Answer {
        let Some(function) = self.nodes.app().functions.get(function) else {
            return Answer::Unknown(Reason::NotInTree);
        };
        let mut answers = Vec::new();
        for (when, role) in &function.role {
            let world = when.and(&function.exists);
            if world.impossible() {
                continue;
            }
            let answer = self.role_may(*role, &world, action, resource, name);
            answers.push((when, answer));
        }
        // Roles exclude each other; if all of them may, the guards between them do not matter.
        let guards: Vec<Guard> = answers.iter().map(|(when, _)| (*when).clone()).collect();
        let other = leaves_out(self.nodes.app(), &function.exists, &guards);
        if !answers.is_empty() && !other && answers.iter().all(|(_, a)| *a == Answer::Yes) {
            return Answer::Yes;
        }
        // Where none of them stands it runs as a role of which nothing is known.
        let unknown = other.then_some(Answer::Unknown(Reason::NotInTree));
        answers
            .into_iter()
            .map(|(when, answer)| match when.is_always() {
                true => answer,
                false => answer.and(Answer::Depends(when.clone())),
            })
            .chain(unknown)
            .reduce(Answer::or)
            .unwrap_or(Answer::Unknown(Reason::NotInTree))
    }

    /// Whether a role allows an action, in the worlds of a guard.
    pub fn role_may(
        &self,
        role: RoleId,
        world: &Guard,
        action: &str,
        resource: Option<NodeId>,
        name: Option<&Text>,
    ) -> Answer {
        let Some(rights) = self.rights(role) else {
            return Answer::Unknown(Reason::NotInTree);
        };
        let world = world.and(&self.exists(resource)).and(&rights.when);
        if world.impossible() {
            return Answer::No;
        }
        let each = Facts::all().actions(action).into_iter().map(|action| {
            let subject = self.subject(&action, resource, name);
            let identity = decide(rights, &action, subject.as_ref(), &world);
            let node = resource.and_then(|node| theirs(&self.nodes, role, &action, node, &world));
            match node {
                Some(theirs) => {
                    let question = Question {
                        action: &action,
                        subject: subject.as_ref(),
                        world: &world,
                        context: None,
                    };
                    with_theirs(identity, question.undenied(&rights.rights), theirs)
                }
                None => identity,
            }
        });
        each.reduce(Answer::or).unwrap_or(Answer::No)
    }

    /// When the resource exists.
    fn exists(&self, resource: Option<NodeId>) -> Guard {
        let app = self.nodes.app();
        match resource {
            Some(NodeId::Resource(id)) => app.resources.get(id).map(|r| r.exists.clone()),
            Some(NodeId::Function(id)) => app.functions.get(id).map(|f| f.exists.clone()),
            Some(NodeId::Role(id)) => app.roles.get(id).map(|r| r.exists.clone()),
            Some(NodeId::Outside(_)) | None => None,
        }
        .unwrap_or_default()
    }

    /// What an action's resource is called by.
    pub fn subject(
        &self,
        action: &str,
        resource: Option<NodeId>,
        name: Option<&Text>,
    ) -> Option<Subject> {
        match (resource, name) {
            (Some(node), name) => {
                subject_of(&self.nodes, node).or_else(|| subject_named(&self.nodes, action, name?))
            }
            (None, Some(name)) => subject_named(&self.nodes, action, name),
            (None, None) => None,
        }
    }

    /// Whether the policy of a node may allow what the role does not.
    pub(crate) fn resource_allows(
        &self,
        role: RoleId,
        action: &str,
        node: NodeId,
        world: &Guard,
    ) -> Answer {
        match theirs(&self.nodes, role, action, node, world) {
            Some(theirs) if !theirs.denies => theirs.allows,
            _ => Answer::No,
        }
    }

    /// The Allow statements of a role that may grant an action on a resource, widest first.
    pub fn granting(
        &self,
        role: RoleId,
        action: &str,
        subject: Option<&Subject>,
        world: &Guard,
    ) -> Vec<(&Right, Origin)> {
        let Some(rights) = self.rights(role) else {
            return Vec::new();
        };
        let question = Question {
            action,
            subject,
            world,
            context: None,
        };
        rights
            .rights
            .iter()
            .filter(|r| r.rule.effect == Effect::Allow && question.met(r).possibly())
            .map(|r| (r, r.origin.clone()))
            .collect()
    }
}

/// What a role may, with what the policy of the resource says.
fn with_theirs(identity: Answer, undenied: Answer, theirs: Theirs) -> Answer {
    if theirs.denies || undenied == Answer::No {
        return Answer::No;
    }
    let own = match theirs.decides {
        true => identity.and(theirs.delegates),
        false => identity,
    };
    own.or(theirs.allows.and(undenied))
}

/// What the statements of a role answer.
pub fn decide(rights: &Rights, action: &str, subject: Option<&Subject>, world: &Guard) -> Answer {
    decide_in(rights, action, subject, world, None)
}

/// What the statements of a role answer to a request of which more is known than of any request of a role.
pub fn decide_in(
    rights: &Rights,
    action: &str,
    subject: Option<&Subject>,
    world: &Guard,
    context: Option<&Context>,
) -> Answer {
    let question = Question {
        action,
        subject,
        world,
        context,
    };
    let not_denied = question.undenied(&rights.rights);
    if not_denied == Answer::No {
        return Answer::No;
    }
    let mut allowed = question.allowed(&rights.rights);
    if let Some((reason, _)) = &rights.unread {
        allowed = allowed.or(Answer::Unknown(*reason));
    }
    let mut answer = allowed.and(not_denied);
    if let Some(boundary) = &rights.boundary {
        answer = answer
            .and(question.allowed(boundary))
            .and(question.undenied(boundary));
    }
    if rights.boundary_unread {
        answer = answer.and(Answer::Depends(Guard::always()));
    }
    answer
}

/// What is asked of statements.
#[derive(Clone, Copy)]
pub(crate) struct Question<'q> {
    /// The action.
    pub action: &'q str,
    /// What it acts on, if that is known.
    pub subject: Option<&'q Subject>,
    /// In which worlds.
    pub world: &'q Guard,
    /// What is known beyond what is known of every request of a role.
    pub context: Option<&'q Context>,
}

impl Question<'_> {
    /// Whether some statement allows it. Statements under guards that cover each other are not added up.
    fn allowed(self, rights: &[Right]) -> Answer {
        let mut best = Answer::No;
        for right in rights.iter().filter(|r| r.rule.effect == Effect::Allow) {
            best = best.or(self.met(right));
            if best == Answer::Yes {
                break;
            }
        }
        best
    }

    /// Whether it is left undenied: No when a Deny surely meets it.
    fn undenied(self, rights: &[Right]) -> Answer {
        let mut undenied = Answer::Yes;
        for right in rights.iter().filter(|r| r.rule.effect == Effect::Deny) {
            undenied = match self.met(right) {
                Answer::Yes => return Answer::No,
                Answer::No => undenied,
                _ => Answer::Depends(Guard::always()),
            };
        }
        undenied
    }

    /// Whether one statement, of either effect, meets it.
    pub(crate) fn met(self, right: &Right) -> Answer {
        if right.when.and(self.world).impossible() {
            return Answer::No;
        }
        let fit = right.action(self.action);
        if fit == Fit::No {
            return Answer::No;
        }
        let when = match right.when.is_always() {
            true => Answer::Yes,
            false => Answer::Depends(right.when.clone()),
        };
        let conditions = match self.context {
            Some(context) => right.rule.conditions(context).answer(),
            None => right.conditions.clone(),
        };
        fit.answer()
            .and(
                right
                    .resource(self.action, self.subject, self.world)
                    .answer(),
            )
            .and(conditions)
            .and(when)
    }
}
