//! Roles that a template declares: their own policies, and those that are attached to them.

use palisade_model::app::Role;

use crate::document::{NodeRef, Shape};

use super::batch::Batch;
use super::bench::{Bench, Work, key_of};
use super::fit::{Fitting, document, statements_of};
use super::intrinsic::refers_to;
use super::leaves::{LeafKind, Leaves};
use super::limits;
use super::piece::Piece;
use super::roles::Group;
use super::sam::{Home, conditional, guarded_statements, managed_policies};
use super::sheet::Sheet;
use super::want::{self, Pairs};

/// A declared role with everything that grants it something.
pub(crate) struct Declared<'b> {
    pub(crate) sheet: &'b Sheet<'b>,
    /// Its logical id.
    pub(crate) id: String,
    /// Its resource.
    pub(crate) resource: NodeRef,
    /// Its properties.
    pub(crate) properties: NodeRef,
    /// What grants it something.
    pub(crate) leaves: Leaves,
    /// Policies of their own that name this role, with whether they name nobody else.
    pub(crate) attached: Vec<(String, NodeRef, bool)>,
    /// Managed policies that only this role names, with the places that name them.
    pub(crate) named: Vec<(String, NodeRef, NodeRef)>,
    /// What uses it beside its functions and policies.
    pub(crate) others: Vec<NodeRef>,
    /// Policies that let it in by name.
    pub(crate) principals: Vec<NodeRef>,
}

/// Types that attach a policy to roles.
const ATTACH: [&str; 3] = [
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::ManagedPolicy",
];

impl<'b> Declared<'b> {
    /// Finds a role in the file that declares it.
    pub(crate) fn find(
        bench: &'b Bench<'_>,
        sheet: &'b Sheet<'b>,
        role: &Role,
    ) -> Result<Self, String> {
        let resource = bench.resource(sheet, role.key.stack, &role.key.address)?;
        let prefix = bench.prefix(role.key.stack);
        let address = role.key.address.as_str();
        let id = address.strip_prefix(&prefix).unwrap_or(address).to_owned();
        let properties = sheet
            .own_value(resource, "Properties")
            .filter(|node| matches!(sheet.shape(*node), Some(Shape::Map(_))))
            .ok_or("the properties of its role are not written out")?;
        let mut found = Self {
            sheet,
            id,
            resource,
            properties,
            leaves: Leaves::default(),
            attached: Vec::new(),
            named: Vec::new(),
            others: Vec::new(),
            principals: Vec::new(),
        };
        found.inline();
        found.managed(bench);
        found.attached(bench);
        found.others(bench);
        Ok(found)
    }

    fn inline(&mut self) {
        let sheet = self.sheet;
        let Some(policies) = sheet.document.get(self.properties, "Policies") else {
            return;
        };
        let own = sheet.own_value(self.properties, "Policies");
        let outer = own.is_none().then_some(policies);
        let mut open = vec![(policies, outer)];
        while let Some((node, outer)) = open.pop() {
            let choice = match sheet.node(node).and_then(|n| n.tag.as_deref()) {
                Some("!If") => Some(node),
                _ => sheet.own_value(node, "Fn::If"),
            };
            if let Some(choice) = choice {
                let branches = sheet.document.items(choice).iter().skip(1).rev();
                open.extend(branches.map(|branch| (*branch, outer)));
                continue;
            }
            match sheet.shape(node) {
                Some(Shape::Alias(target)) => open.push((*target, outer.or(Some(node)))),
                Some(Shape::List(items)) => {
                    open.extend(items.iter().rev().map(|item| (*item, outer)));
                }
                Some(Shape::Map(_)) => {
                    if let Some(document) = sheet.own_value(node, "PolicyDocument") {
                        self.leaves.document(sheet, document, outer);
                    }
                }
                _ => {}
            }
        }
    }

    /// Names of managed policies; those of the template with what they say.
    fn managed(&mut self, bench: &Bench<'_>) {
        let sheet = self.sheet;
        let Some(list) = sheet.document.get(self.properties, "ManagedPolicyArns") else {
            return;
        };
        let mut names = Leaves::default();
        names.managed(sheet, list);
        self.named = expand(bench, sheet, &mut names);
        self.leaves.leaves.append(&mut names.leaves);
        self.leaves.lists.append(&mut names.lists);
    }

    fn attached(&mut self, bench: &Bench<'_>) {
        let mut leaves = std::mem::take(&mut self.leaves);
        self.attached = attached(bench, self.sheet, &mut leaves, &|node| self.is_this(node));
        self.leaves = leaves;
    }

    /// Whether a node names this role: by reference or by its own name.
    fn is_this(&self, node: NodeRef) -> bool {
        let sheet = self.sheet;
        refers_to(sheet, node, &self.id)
            || sheet
                .own_value(self.properties, "RoleName")
                .is_some_and(|name| sheet.slice(name) == sheet.slice(node))
    }

    fn others(&mut self, bench: &Bench<'_>) {
        let sheet = self.sheet;
        let resources = bench.resources(sheet);
        for node in bench.references(sheet, &self.id) {
            let key = key_of(sheet, node);
            let policy = self
                .attached
                .iter()
                .any(|(_, policy, _)| sheet.within(node, *policy));
            let function = resources.is_some_and(|resources| sheet.within(node, resources))
                && is_function(sheet, node)
                && matches!(key, Some("Role" | "Fn::GetAtt" | "Ref" | "DependsOn"));
            let depends = key == Some("DependsOn");
            if policy || function || depends || sheet.within(node, self.resource) {
                continue;
            }
            let keys: Vec<&str> = sheet
                .around(node)
                .filter_map(|at| sheet.entry_of(at))
                .map(|entry| &*entry.key)
                .collect();
            let has = |names: &[&str]| keys.iter().any(|key| names.contains(key));
            // `role: !GetAtt Shared.Arn` of a function of the framework.
            if has(&["functions"]) && has(&["role"]) {
                continue;
            }
            if has(&["Principal", "NotPrincipal", "Condition"]) {
                self.principals.push(node);
            } else if has(&["Outputs"]) {
                // What is exported may be used where nobody looks.
                let output = sheet
                    .around(node)
                    .find(|at| sheet.own_value(*at, "Export").is_some());
                self.others.extend(output.map(|_| node));
            } else if !has(&["Statement", "PolicyDocument", "AssumeRolePolicyDocument"]) {
                self.others.push(node);
            }
        }
    }

    /// Fits the policies of a role that one function alone runs as.
    pub(crate) fn narrow(
        &self,
        bench: &Bench<'_>,
        group: &Group<'_>,
        role: &Role,
        work: &mut Work,
    ) -> Result<(), String> {
        let sheet = self.sheet;
        let (function, change) = group.changes.last().ok_or("nothing was asked for")?;
        let spelling = bench.spelling(sheet, role.key.stack, &role.grants);
        let condition = |pair: &want::Pair| conditional(bench, sheet, self.resource, role, pair);
        let stack = role.key.stack;
        let circular = |pair: &want::Pair| bench.is_circular(sheet, stack, pair, &self.id);
        let fitting = Fitting {
            sheet,
            grants: &role.grants,
            spelling: &spelling,
            keep: &change.keep,
            template: &|_| None,
            condition: &condition,
            circular: &circular,
        };
        let wanted = want::wanted(&change.allowed);
        let mut batch = Batch::default();
        let rest = fitting.fit(&self.leaves, &wanted, &mut batch)?;
        let (apart, pairs): (Pairs, Pairs) =
            rest.pairs.into_iter().partition(|(pair, _)| circular(pair));
        let (plain, guarded): (Pairs, Pairs) = pairs
            .into_iter()
            .partition(|(pair, _)| condition(pair).is_none());
        if !rest.again.is_empty() {
            return Err("a managed policy that shall stay stands behind an alias".to_owned());
        }
        let parts = limits::parts(&want::merged(&plain), rest.size)?;
        let mut statements = statements_of(&parts.inline, &spelling)?;
        statements.extend(guarded_statements(&guarded, &condition, &spelling)?);
        let name = policy_name(bench, *function);
        let own = sheet.own_value(self.properties, "Policies");
        if own.is_none() && sheet.document.get(self.properties, "Policies").is_some() {
            return Err("the policies of its role come from a merge".to_owned());
        }
        let home = Home {
            sheet,
            lists: &self.leaves.lists,
            map: self.properties,
            key: "Policies",
            value: own,
        };
        home.write(
            statements,
            Vec::new(),
            &|statements| inline(&name, statements),
            &mut batch,
        )?;
        self.drop_empty(bench, &mut batch, work, role)?;
        let mut items = Vec::new();
        work.batch(sheet.file).join(batch);
        managed_policies(bench, sheet, &spelling, &self.id, parts, &mut items, work)?;
        let list = sheet.own_value(self.properties, "ManagedPolicyArns");
        match list {
            _ if items.is_empty() => {}
            Some(list) if matches!(sheet.shape(list), Some(Shape::List(_))) => {
                for item in items {
                    work.batch(sheet.file).append(list, item);
                }
            }
            Some(_) => return Err("a condition decides its managed policies".to_owned()),
            None => {
                work.batch(sheet.file)
                    .add(self.properties, "ManagedPolicyArns", Piece::List(items))
            }
        }
        let owner = Owner {
            id: &self.id,
            resource: self.resource,
            role: &self.id,
        };
        apart_policy(
            bench,
            sheet,
            &spelling,
            &owner,
            &apart,
            &self.attached,
            work,
        )?;
        for (id, _, _) in &self.attached {
            work.touched
                .insert((role.key.stack, format!("{}{id}", spelling.prefix)));
        }
        Ok(())
    }

    /// A managed policy of which nothing stays is no longer named; policies that go are not waited for.
    fn drop_empty(
        &self,
        bench: &Bench<'_>,
        batch: &mut Batch,
        work: &mut Work,
        role: &Role,
    ) -> Result<(), String> {
        let sheet = self.sheet;
        let prefix = bench.prefix(role.key.stack);
        for (id, _, _) in &self.named {
            work.touched
                .insert((role.key.stack, format!("{prefix}{id}")));
        }
        drop_named(sheet, &self.named, batch);
        drop_waits(bench, sheet, &self.attached, batch)
    }

    /// What stays when a role is made anew for one function: `Deny`s and managed policies that shall stay.
    pub(crate) fn kept(&self, role: &Role, keep: &[String]) -> (Vec<Piece>, Vec<(String, Piece)>) {
        use palisade_model::policy::{Effect, Grant};
        let sheet = self.sheet;
        let denied = |node: NodeRef| {
            let span = sheet.document.span(node);
            role.grants.iter().any(|grant| {
                matches!(grant, Grant::Statement(s) if s.effect == Effect::Deny && s.origin.span == span)
            })
        };
        let leaves = &self.leaves.leaves;
        let denies = leaves
            .iter()
            .filter(|leaf| leaf.kind == LeafKind::Statement && denied(leaf.shown))
            .map(|leaf| Piece::copy(sheet, leaf.node));
        let managed = leaves
            .iter()
            .filter(|leaf| {
                leaf.kind == LeafKind::Managed && super::fit::stays(sheet, leaf.node, keep)
            })
            .map(|leaf| {
                (
                    sheet.slice(leaf.node).to_owned(),
                    Piece::copy(sheet, leaf.node),
                )
            });
        (denies.collect(), managed.collect())
    }
}

/// Policies of their own that are attached to a role, with what they grant; whether they name nobody else.
pub(crate) fn attached(
    bench: &Bench<'_>,
    sheet: &Sheet<'_>,
    leaves: &mut Leaves,
    is_this: &dyn Fn(NodeRef) -> bool,
) -> Vec<(String, NodeRef, bool)> {
    let mut found = Vec::new();

    let Some(resources) = bench.resources(sheet) else {
        return found;
    };
    for entry in sheet.own(resources) {
        let kind = sheet
            .document
            .get(entry.value, "Type")
            .and_then(|node| sheet.document.text(node));
        let Some(kind) = kind.filter(|kind| ATTACH.contains(kind)) else {
            continue;
        };
        let list = match kind {
            "AWS::IAM::RolePolicy" => sheet.find(entry.value, &["Properties", "RoleName"]),
            _ => sheet.find(entry.value, &["Properties", "Roles"]),
        };
        let Some(list) = list else { continue };
        let mut names = Leaves::default();
        names.managed(sheet, list);
        let ours = names.leaves.iter().find(|leaf| is_this(leaf.node));
        let (Some(ours), Some(document)) = (
            ours,
            sheet.find(entry.value, &["Properties", "PolicyDocument"]),
        ) else {
            continue;
        };
        let alone = names.leaves.len() == 1
            && sheet.find(entry.value, &["Properties", "Users"]).is_none()
            && sheet.find(entry.value, &["Properties", "Groups"]).is_none()
            && ours.is_own();
        let outer = (!alone).then_some(ours.place);
        leaves.document(sheet, document, outer);
        found.push((entry.key.to_string(), entry.value, alone));
    }
    found
}

/// Puts what policies of the template say in place of their names; answers those that only this role names: logical
/// id, resource, and the place of the name.
pub(crate) fn expand(
    bench: &Bench<'_>,
    sheet: &Sheet<'_>,
    leaves: &mut Leaves,
) -> Vec<(String, NodeRef, NodeRef)> {
    let mut named = Vec::new();
    for leaf in std::mem::take(&mut leaves.leaves) {
        let policy = match leaf.kind {
            LeafKind::Managed => policy_of(bench, sheet, leaf.node),
            _ => None,
        };
        let Some((id, policy, document)) = policy else {
            leaves.leaves.push(leaf);
            continue;
        };
        let alone = bench.references(sheet, &id).len() == 1
            && !names_others(sheet, policy)
            && leaf.is_own();
        let outer = (!alone).then_some(leaf.place);
        let lists = leaves.lists.len();
        leaves.document(sheet, document, outer);
        // Statements of others go where the role keeps its own, not there.
        leaves.lists.truncate(lists);
        if alone {
            named.push((id, policy, leaf.place));
        }
    }
    named
}

/// A policy of which nothing stays is no longer named.
pub(crate) fn drop_named(
    sheet: &Sheet<'_>,
    named: &[(String, NodeRef, NodeRef)],
    batch: &mut Batch,
) {
    let mut spread = batch.clone();
    spread.spread(sheet);
    for (_, policy, place) in named {
        if spread.is_gone(*policy) {
            batch.remove(*place);
        }
    }
}

/// Nothing waits for a policy that goes; whatever else needs one keeps it from going.
pub(crate) fn drop_waits(
    bench: &Bench<'_>,
    sheet: &Sheet<'_>,
    attached: &[(String, NodeRef, bool)],
    batch: &mut Batch,
) -> Result<(), String> {
    let mut spread = batch.clone();
    spread.spread(sheet);
    for (id, policy, _) in attached {
        if !spread.is_gone(*policy) {
            continue;
        }
        for node in bench.references(sheet, id) {
            if spread.is_lost(sheet, node) {
                continue;
            }
            if key_of(sheet, node) != Some("DependsOn") {
                return Err(format!(
                    "nothing would be left of `{id}`, to which line {} refers",
                    sheet.line(node)
                ));
            }
            batch.remove(node);
        }
    }
    Ok(())
}

/// Whose permissions they are: the id that names them, the resource that holds them, the role's own id.
pub(crate) struct Owner<'o> {
    pub(crate) id: &'o str,
    pub(crate) resource: NodeRef,
    pub(crate) role: &'o str,
}

/// Permissions on what waits for the role stand in a policy of their own, which waits for both.
pub(crate) fn apart_policy(
    bench: &Bench<'_>,
    sheet: &Sheet<'_>,
    spelling: &super::intrinsic::Spelling,
    owner: &Owner<'_>,
    pairs: &Pairs,
    attached: &[(String, NodeRef, bool)],
    work: &mut Work,
) -> Result<(), String> {
    if pairs.is_empty() {
        return Ok(());
    }
    let statements = statements_of(&want::merged(pairs), spelling)?;
    let batch = work.batch(sheet.file);
    let open = attached
        .iter()
        .filter(|(_, _, alone)| *alone)
        .find_map(|(_, policy, _)| {
            let list = sheet.find(*policy, &["Properties", "PolicyDocument", "Statement"])?;
            let is_list = matches!(sheet.shape(list), Some(Shape::List(_)));
            (is_list && !batch.is_swapped_around(sheet, list)).then_some(list)
        });
    if let Some(list) = open {
        for statement in statements {
            batch.append(list, statement);
        }
        return Ok(());
    }
    let resources = bench
        .resources(sheet)
        .ok_or("the file has no list of resources")?;
    let name = limits::free_name(sheet, resources, &format!("{}Permissions", owner.id));
    let mut entries = vec![("Type", Piece::word("AWS::IAM::Policy"))];
    if let Some(condition) = sheet.own_value(owner.resource, "Condition") {
        entries.push(("Condition", Piece::copy(sheet, condition)));
    }
    entries.push((
        "Properties",
        Piece::map([
            ("PolicyName", Piece::word(&name)),
            (
                "Roles",
                Piece::List(vec![Piece::call("Ref", Piece::word(owner.role))]),
            ),
            ("PolicyDocument", document(statements)),
        ]),
    ));
    batch.add(resources, name.clone(), Piece::map(entries));
    work.touched
        .insert((spelling.stack, format!("{}{name}", spelling.prefix)));
    Ok(())
}

/// The managed policy of the template that a node names: its logical id, resource and document.
fn policy_of(
    bench: &Bench<'_>,
    sheet: &Sheet<'_>,
    node: NodeRef,
) -> Option<(String, NodeRef, NodeRef)> {
    let resources = bench.resources(sheet)?;
    sheet.own(resources).iter().find_map(|entry| {
        let kind = sheet.document.get(entry.value, "Type")?;
        let managed = sheet.document.text(kind) == Some("AWS::IAM::ManagedPolicy");
        let document = sheet.find(entry.value, &["Properties", "PolicyDocument"])?;
        (managed && refers_to(sheet, node, &entry.key))
            .then(|| (entry.key.to_string(), entry.value, document))
    })
}

fn names_others(sheet: &Sheet<'_>, policy: NodeRef) -> bool {
    ["Roles", "Users", "Groups"]
        .iter()
        .any(|key| sheet.find(policy, &["Properties", key]).is_some())
}

/// Whether a node stands in a function.
fn is_function(sheet: &Sheet<'_>, node: NodeRef) -> bool {
    sheet.around(node).any(|at| {
        let kind = sheet
            .own_value(at, "Type")
            .and_then(|kind| sheet.document.text(kind));
        matches!(
            kind,
            Some("AWS::Lambda::Function" | "AWS::Serverless::Function")
        )
    })
}

/// The name of a policy inside of a role; such names live in their role alone.
pub(crate) fn policy_name(bench: &Bench<'_>, function: palisade_model::app::FunctionId) -> String {
    let address = bench
        .function(function)
        .map_or("", |f| f.key.address.as_str());
    let last = address.rsplit(['/', '.']).next().unwrap_or(address);
    format!("{last}Permissions")
}

/// A policy inside of a role.
pub(crate) fn inline(name: &str, statements: Vec<Piece>) -> Piece {
    Piece::map([
        ("PolicyName", Piece::word(name)),
        ("PolicyDocument", document(statements)),
    ])
}
