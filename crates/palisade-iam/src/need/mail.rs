//! Identities of mail: an address is covered by the identity of its domain.

use palisade_model::policy::{Grant, Statement};
use palisade_model::text::{Part, Text};

use super::bind::Binder;
use super::shape::split_first;

/// What stands before the name of an identity in its ARN.
const BEFORE: &str = ":identity/";

impl Binder<'_> {
    /// The identity of the domain of an address, or of a domain above, where a policy of the template names it; also one
    /// that is left out, as its author knows which one is verified. Source: Amazon SES developer guide, "Verified
    /// identities", 2026-10.
    pub(super) fn identity(&self, address: &Text) -> Option<Text> {
        let named = self.identities();
        let mut name = address.clone();
        let mut cut = '@';
        loop {
            let is_it = |arn: &&Text| name_of(arn).as_ref() == Some(&name);
            if let Some(arn) = named.iter().find(is_it) {
                return Some(arn.clone());
            }
            name = split_first(&name, cut).1?;
            cut = '.';
        }
    }

    /// The ARNs of identities that policies name.
    fn identities(&self) -> Vec<Text> {
        let granted = self.app.roles.iter().flat_map(|role| &role.grants);
        let granted = granted.filter_map(|grant| match grant {
            Grant::Statement(statement) => Some(statement),
            Grant::Managed(_) | Grant::Unreadable(_) => None,
        });
        let loose = self
            .app
            .aside
            .loose
            .iter()
            .flat_map(|loose| &loose.statements);
        let all = granted
            .chain(loose)
            .flat_map(|s: &Statement| s.resources.iter());
        all.filter(|arn| name_of(arn).is_some()).cloned().collect()
    }
}

/// The name in the ARN of an identity.
fn name_of(arn: &Text) -> Option<Text> {
    let mut name: Option<Vec<Part>> = None;
    for part in arn.parts() {
        match (&mut name, part) {
            (Some(name), part) => name.push(part.clone()),
            (None, Part::Literal(text)) => {
                let tail = text.split_once(BEFORE).map(|(_, tail)| tail);
                name = tail.map(|tail| vec![Part::Literal(tail.to_owned())]);
            }
            (None, Part::Hole(_)) => {}
        }
    }
    name.map(Text::join)
}
