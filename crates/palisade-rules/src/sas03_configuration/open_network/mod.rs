//! Databases, administration and control planes that the internet reaches.

use std::collections::BTreeMap;

use palisade_model::app::{App, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Confidence, Consequence, Finding};
use palisade_model::reach::{Level, Reach};
use palisade_model::setting::How;
use palisade_model::setup::Ingress;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};
use crate::sas03_configuration::settings::{flag, likely};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas03-open-network",
        title: "a door of the network that is open to the internet",
        sas: &[3],
        cwe: &[284],
        consequence: Consequence::Weakens,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

/// Ports that serve administrators and data, with what listens there (IANA, Service Name and Port Number Registry, read 2026-10).
const PORTS: &[(u16, &str)] = &[
    (22, "SSH"),
    (23, "Telnet"),
    (445, "SMB"),
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (2375, "Docker"),
    (3306, "MySQL"),
    (3389, "RDP"),
    (5432, "PostgreSQL"),
    (5439, "Redshift"),
    (5900, "VNC"),
    (5984, "CouchDB"),
    (6379, "Redis"),
    (9042, "Cassandra"),
    (9200, "OpenSearch"),
    (11211, "Memcached"),
    (27017, "MongoDB"),
];

/// Ports by which machines are administered.
const ADMIN: &[u16] = &[22, 23, 2375, 3389, 5900];

/// What has an address of its own in the internet where its network lets it.
const MACHINES: &[&str] = &[
    "AWS::EC2::Instance",
    "AWS::EC2::LaunchTemplate",
    "AWS::EC2::SpotFleet",
    "AWS::AutoScaling::LaunchConfiguration",
];

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        let mut by_group: BTreeMap<_, Vec<(&Ingress, String)>> = BTreeMap::new();
        for ingress in &app.setup.ingress {
            if let Some(words) = opened(ingress) {
                let rules = by_group.entry(ingress.of.clone()).or_default();
                rules.push((ingress, words));
            }
        }
        for rules in by_group.values() {
            findings.extend(of_group(rule, app, rules));
        }
        for resource in app.resources.iter() {
            findings.extend(of_resource(rule, app, resource));
        }
    }
}

/// What a rule opens to everybody, in words; nothing for the ports of websites.
fn opened(ingress: &Ingress) -> Option<String> {
    let everybody = matches!(ingress.from.literal(), Some("0.0.0.0/0" | "::/0"));
    if !everybody || ingress.exists.impossible() {
        return None;
    }
    let Some((first, last)) = ingress.ports else {
        return Some("every port".to_owned());
    };
    let mut named = PORTS
        .iter()
        .filter(|(port, _)| (first..=last).contains(port));
    match (named.next(), named.next()) {
        (Some((port, name)), None) => Some(format!("{name} (port {port})")),
        (Some(_), Some(_)) => Some(format!("ports {first} to {last}")),
        _ => None,
    }
}

fn of_group(rule: &Rule, app: &App, rules: &[(&Ingress, String)]) -> Option<Finding> {
    let ((first, words), rest) = rules.split_first()?;
    let place = first.origin.span;
    let name = first
        .of
        .as_ref()
        .map_or("a security group", |key| key.address.as_str());
    // A default that somebody may override, and a group before things that have no public address, let in nobody yet.
    let asked = rules.iter().all(|(ingress, _)| is_default(ingress));
    let admin = |ingress: &Ingress| {
        let within =
            |(first, last): (u16, u16)| ADMIN.iter().any(|port| (first..=last).contains(port));
        ingress
            .ports
            .is_some_and(|(first, last)| first == last && within((first, last)))
    };
    let exposed = rules.iter().any(|(ingress, _)| admin(ingress)) || has_machines(app);
    let draft = if exposed {
        Draft::at(rule, app, place, format!("reach {words} through {name}"))
            .reach(Reach::exactly(Level::Stranger))
            .consequence(if asked {
                Consequence::Untidy
            } else {
                rule.meta.consequence
            })
    } else {
        Draft::at(
            rule,
            app,
            place,
            format!("the group {name} lets the internet reach {words}"),
        )
    };
    let mut draft = draft
        .confidence(if asked {
            Confidence::Likely
        } else {
            Confidence::Certain
        })
        .effect("it is a login away from what runs there")
        .cut(place, "let in the addresses or groups that need it");
    let mut seen = vec![(place, words)];
    for (other, words) in rest {
        if !seen.contains(&(other.origin.span, words)) {
            draft = draft.also(other.origin.span, format!("opens {words}"));
            seen.push((other.origin.span, words));
        }
    }
    Some(draft.done())
}

/// Whether the block of addresses is only the default of a parameter.
fn is_default(ingress: &Ingress) -> bool {
    let mut origin = Some(&ingress.origin);
    while let Some(here) = origin {
        if here.how == How::ParameterDefault {
            return true;
        }
        origin = here.via.as_deref();
    }
    false
}

/// Whether the application holds something that may have an address in the internet.
fn has_machines(app: &App) -> bool {
    app.resources.iter().any(|resource| {
        MACHINES.contains(&resource.type_name.as_str())
            || likely(&flag(resource, Attribute::PubliclyAccessible, true))
    })
}

fn of_resource(rule: &Rule, app: &App, resource: &Resource) -> Option<Finding> {
    let name = &resource.key.address;
    if resource.type_name == "AWS::EKS::Cluster" {
        return of_cluster(rule, app, resource);
    }
    let answer = flag(resource, Attribute::PubliclyAccessible, true);
    if !likely(&answer) {
        return None;
    }
    let place = resource
        .settings
        .flag(Attribute::PubliclyAccessible)?
        .origin
        .span;
    let draft = Draft::at(
        rule,
        app,
        place,
        format!(
            "reach the {} {name} from the internet",
            resource.kind.word()
        ),
    )
    .by(&answer)
    .reach(Reach::exactly(Level::Stranger))
    .effect("its password is all that is left")
    .cut(place, "keep it in private subnets");
    Some(draft.done())
}

/// The control plane of a cluster answers the internet unless told otherwise (EKS User Guide, cluster endpoint, read 2026-10).
fn of_cluster(rule: &Rule, app: &App, cluster: &Resource) -> Option<Finding> {
    let private = flag(cluster, Attribute::PubliclyAccessible, false);
    let from = cluster.settings.text(Attribute::PublicFrom);
    let narrow = from.is_some_and(|s| !s.is(|t| matches!(t.literal(), Some("0.0.0.0/0"))).surely());
    if private.possibly() || narrow {
        return None;
    }
    let setting = cluster.settings.flag(Attribute::PubliclyAccessible);
    let place = setting.map_or(cluster.origin.span, |s| s.origin.span);
    let deed = format!(
        "the control plane of {} answers the whole internet",
        cluster.key.address
    );
    let draft = Draft::at(rule, app, place, deed).hygiene().cut(
        place,
        "name the addresses that may call it, or keep it private",
    );
    Some(draft.done())
}
