//! What the policy of a resource, a function or a role says of a role that asks.

use palisade_model::app::{Kind, NodeId, RoleId};
use palisade_model::guard::Guard;
use palisade_model::policy::{Effect, Principal, Statement};
use palisade_model::setting::Answer;
use palisade_model::text::{Part, Symbol, Text};

use crate::evaluate::judge::Question;
use crate::naming::subject_of;
use crate::nodes::Nodes;
use crate::pattern::Pattern;
use crate::rights::{node_in, right};

/// What a policy says.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Theirs {
    /// Whether it allows the role by name, or everybody.
    pub allows: Answer,
    /// Whether it leaves it to the role's account.
    pub delegates: Answer,
    /// Whether it surely denies it.
    pub denies: bool,
    /// Whether nothing is allowed that it does not allow: keys, and roles that are taken.
    pub decides: bool,
}

/// What the policy of a node says; `None` where it has none that is known.
pub(crate) fn theirs(
    nodes: &Nodes<'_>,
    role: RoleId,
    action: &str,
    node: NodeId,
    world: &Guard,
) -> Option<Theirs> {
    let (policy, decides) = policy_of(nodes, node, action)?;
    let subject = subject_of(nodes, node);
    let question = Question {
        action,
        subject: subject.as_ref(),
        world,
        context: None,
    };
    let mut theirs = Theirs {
        allows: Answer::No,
        delegates: Answer::No,
        denies: false,
        decides,
    };
    for statement in policy {
        let names_role = |principal: &Principal| match principal {
            Principal::Anyone => true,
            Principal::Aws(text) => node_in(nodes, text) == Some(NodeId::Role(role)),
            _ => false,
        };
        let names_account = |principal: &Principal| matches!(principal, Principal::Aws(text) if is_own_account(text));
        let by_role = statement.principals.iter().any(names_role);
        let by_account = statement.principals.iter().any(names_account);
        if statement.not_principals || !(by_role || by_account) {
            continue;
        }
        let mut right = right(nodes, statement);
        if right.rule.resources.is_empty() {
            // A policy without resources is about what it belongs to.
            right.rule.resources.push(Pattern::any());
        }
        let met = question.met(&right);
        match statement.effect {
            Effect::Deny => theirs.denies |= met == Answer::Yes,
            Effect::Allow if by_role => theirs.allows = theirs.allows.or(met),
            Effect::Allow => theirs.delegates = theirs.delegates.or(met),
        }
    }
    Some(theirs)
}

/// The policy of a node, and whether it decides alone.
fn policy_of<'a>(nodes: &Nodes<'a>, node: NodeId, action: &str) -> Option<(&'a [Statement], bool)> {
    let app = nodes.app();
    let (policy, decides) = match node {
        NodeId::Resource(id) => {
            let resource = app.resources.get(id)?;
            (&resource.policy, resource.kind == Kind::EncryptionKey)
        }
        NodeId::Function(id) => (&app.functions.get(id)?.policy, false),
        NodeId::Role(id) if action.eq_ignore_ascii_case("sts:AssumeRole") => {
            (&app.roles.get(id)?.trust, true)
        }
        NodeId::Role(_) | NodeId::Outside(_) => return None,
    };
    (!policy.is_empty()).then_some((policy.as_slice(), decides))
}

/// Whether a text is the own account or its root user.
pub(crate) fn is_own_account(text: &Text) -> bool {
    let account =
        |part: &Part| matches!(part, Part::Hole(Symbol::Pseudo(name)) if name == "AWS::AccountId");
    let words = text.words();
    text.parts().iter().any(account) && (words.ends_with(":root") || text.parts().len() == 1)
}
