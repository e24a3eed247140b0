//! How much a role and a policy may hold, and how what is longer is parted.

use palisade_model::change::Allowed;

use crate::document::NodeRef;

use super::sheet::Sheet;
use super::want;

/// Characters that all inline policies of a role may hold together, blanks not counted (IAM quotas, 2026-11).
const INLINE_MAX: usize = 10_240;
/// Characters of a managed policy (IAM quotas, 2026-11).
const MANAGED_MAX: usize = 6_144;
/// Managed policies of a role without a raised quota (IAM quotas, 2026-11), one of them for logs.
const MANAGED_COUNT: usize = 9;

/// Statements by where they go.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Parts {
    /// Into the role.
    pub(crate) inline: Vec<Allowed>,
    /// Into managed policies.
    pub(crate) managed: Vec<Vec<Allowed>>,
}

/// Parts statements; `taken` characters of the role are used already.
pub(crate) fn parts(statements: &[Allowed], taken: usize) -> Result<Parts, String> {
    let mut parts = Parts::default();
    let mut inline = taken;
    let mut size = 0;
    for statement in statements {
        let whole = want::size(statement);
        if inline + whole <= INLINE_MAX && parts.managed.is_empty() {
            inline += whole;
            parts.inline.push(statement.clone());
            continue;
        }
        for piece in pieces(statement) {
            let more = want::size(&piece);
            match parts.managed.last_mut() {
                Some(last) if size + more <= MANAGED_MAX => last.push(piece),
                _ => {
                    size = 0;
                    parts.managed.push(vec![piece]);
                }
            }
            size += more;
        }
    }
    if parts.managed.len() > MANAGED_COUNT {
        return Err("it needs more permissions than the policies of one role may hold".to_owned());
    }
    Ok(parts)
}

/// A statement in pieces that fit a managed policy each.
fn pieces(statement: &Allowed) -> Vec<Allowed> {
    let mut open = vec![statement.clone()];
    let mut found = Vec::new();
    while let Some(one) = open.pop() {
        if want::size(&one) <= MANAGED_MAX || (one.resources.len() < 2 && one.actions.len() < 2) {
            found.push(one);
            continue;
        }
        let (mut left, mut right) = (one.clone(), one);
        if left.resources.len() > 1 {
            right.resources = left.resources.split_off(left.resources.len() / 2);
        } else {
            right.actions = left.actions.split_off(left.actions.len() / 2);
        }
        open.push(right);
        open.push(left);
    }
    found
}

/// A logical id that is not taken.
pub(crate) fn free_name(sheet: &Sheet<'_>, resources: NodeRef, wish: &str) -> String {
    let taken = |name: &str| sheet.document.get(resources, name).is_some();
    if !taken(wish) {
        return wish.to_owned();
    }
    (2..1_000)
        .map(|number| format!("{wish}{number}"))
        .find(|name| !taken(name))
        .unwrap_or_else(|| format!("{wish}More"))
}

#[cfg(test)]
mod tests {
    use super::parts;
    use crate::repair::want;
    use palisade_model::change::Allowed;
    use palisade_model::text::Text;

    fn long(count: usize) -> Vec<Allowed> {
        let arn = |at: usize| Text::of(format!("arn:aws:s3:::a-bucket-with-a-long-name-{at:04}/*"));
        vec![Allowed::of(["s3:GetObject"], (0..count).map(arn))]
    }

    #[test]
    fn what_is_too_long_for_a_role_goes_to_policies_and_nothing_is_lost() {
        let all = long(400);
        let parted = parts(&all, 0).unwrap();
        assert!(parted.inline.is_empty());
        assert!(
            parted
                .managed
                .iter()
                .flatten()
                .all(|s| want::size(s) <= super::MANAGED_MAX)
        );
        let again: Vec<Allowed> = parted.managed.into_iter().flatten().collect();
        assert_eq!(want::wanted(&again), want::wanted(&all));
        assert!(parts(&long(2_000), 0).is_err());
        assert_eq!(parts(&long(20), 0).unwrap().inline.len(), 1);
    }
}
