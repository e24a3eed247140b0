//! Resources that somebody waits for with `DependsOn`, named without a reference to them.
//!
//! A reference would say the same as that entry, which linters then call needless; and a change of a policy should touch
//! policies alone.

use palisade_iam::naming::naming_of;
use palisade_model::app::{App, FunctionId, Key, NodeId, RoleId};
use palisade_model::change::Allowed;
use palisade_model::text::{Part, Symbol, Text};

/// Spells out the ARNs of what a function, or one of its roles, waits for.
pub(super) fn spell_out(app: &App, function: FunctionId, roles: &[RoleId], all: &mut [Allowed]) {
    let Some(own) = app.functions.get(function) else {
        return;
    };
    // Where a variable refers to it that entry is needless already.
    let is_referred = |key: &Key| {
        let values = own.env.iter().flat_map(|(_, setting)| setting.values());
        let mut parts = values.flat_map(|(_, text)| text.parts());
        parts.any(|part| {
            matches!(part, Part::Hole(Symbol::Attr(stack, address, _))
                if *stack == key.stack && *address == key.address)
        })
    };
    let roles = roles.iter().filter_map(|role| app.roles.get(*role));
    let waiting: Vec<&Key> = [&own.key]
        .into_iter()
        .chain(roles.map(|r| &r.key))
        .collect();
    let waits = app.aside.waits.iter();
    let awaited: Vec<&Key> = waits
        .filter(|wait| waiting.contains(&&wait.by) && !is_referred(&wait.on))
        .map(|wait| &wait.on)
        .collect();
    if awaited.is_empty() {
        return;
    }
    for resource in all.iter_mut().flat_map(|one| &mut one.resources) {
        if let Some(plain) = spelled_out(app, &awaited, resource) {
            *resource = plain;
        }
    }
    all.sort();
}

fn spelled_out(app: &App, awaited: &[&Key], resource: &Text) -> Option<Text> {
    let (first, rest) = resource.parts().split_first()?;
    let Part::Hole(Symbol::Attr(stack, address, attribute)) = first else {
        return None;
    };
    let is_it = |key: &&Key| key.stack == *stack && key.address == *address;
    if !awaited.iter().any(is_it) {
        return None;
    }
    let arn = arn_by_name(app, app.node(*stack, address)?, attribute)?;
    Some(Text::join(arn.parts().iter().chain(rest).cloned()))
}

/// The ARN of a node by the one name that its template gives it, without references.
fn arn_by_name(app: &App, node: NodeId, attribute: &str) -> Option<Text> {
    let naming = naming_of(app, node)?;
    let is_arn = naming.arns.iter().any(|a| a == attribute)
        || attribute == "Ref" && naming.reference == "arn";
    let [(_, name)] = app.name(node)?.values()[..] else {
        return None;
    };
    let settled = |part: &Part| {
        matches!(
            part,
            Part::Literal(_) | Part::Hole(Symbol::Pseudo(_) | Symbol::Parameter(..))
        )
    };
    let fits = is_arn && !naming.id && !naming.arn.contains("{s}");
    if !fits || name.parts().is_empty() || !name.parts().iter().all(settled) {
        return None;
    }
    let pseudo = |name: &str| Part::Hole(Symbol::Pseudo(name.to_owned()));
    let mut parts = vec![Part::Literal("arn:".to_owned()), pseudo("AWS::Partition")];
    let mut rest = naming.arn.strip_prefix("arn:aws")?;
    while let Some((before, after)) = rest.split_once('{') {
        parts.push(Part::Literal(before.to_owned()));
        let (hole, after) = after.split_once('}')?;
        match hole {
            "n" => parts.extend(name.parts().iter().cloned()),
            "r" => parts.push(pseudo("AWS::Region")),
            _ => parts.push(pseudo("AWS::AccountId")),
        }
        rest = after;
    }
    parts.push(Part::Literal(rest.to_owned()));
    Some(Text::join(parts))
}
