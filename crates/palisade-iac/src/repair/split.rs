//! A role that several use becomes one role for each function; the old one goes if nothing else needs it.

use palisade_model::app::{FunctionId, Role};
use palisade_model::change::RoleChange;
use palisade_model::policy::Principal;

use crate::document::{NodeRef, Shape};
use crate::sam::role::XRAY;

use super::bench::{Bench, Work};
use super::choose;
use super::declared::{Declared, Owner, apart_policy, inline, policy_name};
use super::fit::{document, statements_of};
use super::intrinsic::Spelling;
use super::limits;
use super::piece::Piece;
use super::roles::Group;
use super::sam::{conditional, guarded_statements, managed_policies};
use super::service;
use super::want::{self, Pairs};
use crate::recognize::Format;

/// Gives each function of a group a role of its own; `left` still use the old one.
pub(crate) fn plan(
    bench: &Bench<'_>,
    old: &Declared<'_>,
    group: &Group<'_>,
    role: &Role,
    left: &[FunctionId],
    work: &mut Work,
) -> Result<(), String> {
    let sheet = old.sheet;
    if let Some(node) = old.principals.first() {
        return Err(format!(
            "line {} lets its role `{}` in by name: a new role would stay outside",
            sheet.line(*node),
            old.id
        ));
    }
    let mut uses: Vec<NodeRef> = Vec::new();
    for (id, change) in &group.changes {
        let function = bench.function(*id).ok_or("the function was not read")?;
        if function.key.stack != role.key.stack {
            return Err(format!(
                "its role `{}` is shared and belongs to another stack",
                role.key.address
            ));
        }
        let of_service = bench.format(sheet.file) == Format::Serverless;
        let (resource, properties, key) = match of_service {
            true => {
                let map = service::function(bench, sheet, *id)?;
                (map, map, "role")
            }
            false => {
                let address = &function.key.address;
                let resource = bench.resource(sheet, function.key.stack, address)?;
                let properties = sheet
                    .own_value(resource, "Properties")
                    .ok_or("its properties are not written out")?;
                (resource, properties, "Role")
            }
        };
        let place = sheet
            .own_value(properties, key)
            .filter(|place| !matches!(sheet.shape(*place), Some(Shape::Alias(_))))
            .ok_or_else(|| format!("its `{key}` is not written at the function"))?;
        uses.push(place);
        let kind = sheet
            .document
            .get(resource, "Type")
            .and_then(|kind| sheet.document.text(kind));
        let spelling = bench.spelling(sheet, role.key.stack, &role.grants);
        let one = One {
            bench,
            old,
            role,
            change,
            id: *id,
            resource,
            properties,
            place,
            spelling,
        };
        // SAM names the role it generates after the function; the name must be free then.
        let taken = one.spelling.id(&function.key.address).is_ok_and(|id| {
            let name = format!("{id}Role");
            let stays = name != old.id || !left.is_empty() || !old.others.is_empty();
            let resources = bench.resources(sheet);
            stays && resources.is_some_and(|all| sheet.document.get(all, &name).is_some())
        });
        if kind == Some("AWS::Serverless::Function") && !taken {
            one.generated(work)?;
        } else {
            one.declared(work)?;
        }
        one.depends(work);
    }
    let names: Vec<String> = left
        .iter()
        .filter_map(|id| bench.function(*id))
        .map(|function| function.key.address.clone())
        .collect();
    if !names.is_empty() {
        work.notes
            .push(format!("{} keep the role {}", names.join(", "), old.id));
        return Ok(());
    }
    retire(bench, old, role, &uses, work);
    Ok(())
}

/// Removes a role that nothing needs any more, with the policies that were for it alone.
fn retire(bench: &Bench<'_>, old: &Declared<'_>, role: &Role, uses: &[NodeRef], work: &mut Work) {
    let sheet = old.sheet;
    let mut gone: Vec<NodeRef> = vec![old.resource];
    let alone = old.attached.iter().filter(|(_, _, alone)| *alone);
    let alone: Vec<(&String, NodeRef)> = alone
        .map(|(id, policy, _)| (id, *policy))
        .chain(old.named.iter().map(|(id, policy, _)| (id, *policy)))
        .collect();
    gone.extend(alone.iter().map(|(_, policy)| *policy));
    let batch = work.batch(sheet.file);
    let mut needed: Vec<NodeRef> = bench.references(sheet, &old.id);
    for (id, _) in &alone {
        needed.extend(bench.references(sheet, id));
    }
    needed.retain(|node| {
        let used = uses.iter().any(|place| sheet.within(*node, *place));
        let inside = gone.iter().any(|outer| sheet.within(*node, *outer));
        !used && !inside && !batch.is_lost(sheet, *node)
    });
    if let Some(node) = needed.first() {
        work.notes.push(format!(
            "the role {} stays: line {} refers to it",
            old.id,
            sheet.line(*node)
        ));
        return;
    }
    for node in gone {
        batch.remove(node);
    }
    let prefix = bench.prefix(role.key.stack);
    for (id, _) in alone {
        work.touched
            .insert((role.key.stack, format!("{prefix}{id}")));
    }
}

/// One function that gets a role of its own.
struct One<'s> {
    bench: &'s Bench<'s>,
    old: &'s Declared<'s>,
    role: &'s Role,
    change: &'s RoleChange,
    id: FunctionId,
    resource: NodeRef,
    properties: NodeRef,
    place: NodeRef,
    spelling: Spelling,
}

impl One<'_> {
    /// The role's own properties that a function of SAM can carry.
    fn generated(&self, work: &mut Work) -> Result<(), String> {
        let sheet = self.old.sheet;
        let function = self
            .bench
            .function(self.id)
            .ok_or("the function was not read")?;
        let id = self.spelling.id(&function.key.address)?;
        let (denies, managed) = self.old.kept(self.role, &self.change.keep);
        let has = |key: &str| sheet.document.get(self.properties, key).is_some();
        let by_sam = |name: &str| {
            let tracing = || {
                use palisade_model::attribute::Attribute;
                function.settings.text(Attribute::Tracing).is_some()
            };
            name.contains("AWSLambdaBasicExecutionRole")
                || (name.contains("AWSLambdaVPCAccessExecutionRole") && has("VpcConfig"))
                || ((name.contains(XRAY) || name.contains("AWSXRayDaemonWriteAccess")) && tracing())
        };
        let managed = managed.into_iter().filter(|(name, _)| !by_sam(name));
        let mut items: Vec<Piece> = managed.map(|(_, piece)| piece).collect();
        let condition =
            |pair: &want::Pair| conditional(self.bench, sheet, self.resource, self.role, pair);
        let (apart, pairs) = self.parted(&id);
        let (mut plain, guarded): (Pairs, Pairs) = pairs
            .into_iter()
            .partition(|(pair, _)| condition(pair).is_none());
        let mut taken_size = 0;
        while let Some((piece, taken)) = choose::within(&plain, self.bench.draft(), &self.spelling)
        {
            plain.retain(|pair, _| !taken.contains_key(pair));
            taken_size += want::merged(&taken).iter().map(want::size).sum::<usize>();
            items.push(piece);
        }
        let parts = limits::parts(&want::merged(&plain), taken_size)?;
        let mut statements = statements_of(&parts.inline, &self.spelling)?;
        statements.extend(guarded_statements(&guarded, &condition, &self.spelling)?);
        statements.extend(denies);
        if !statements.is_empty() {
            items.push(document(statements));
        }
        managed_policies(
            self.bench,
            sheet,
            &self.spelling,
            &id,
            parts,
            &mut items,
            work,
        )?;
        self.carry(work)?;
        let batch = work.batch(sheet.file);
        match sheet.own_value(self.properties, "Policies") {
            // They were of no effect beside `Role`.
            Some(value) if items.is_empty() => batch.remove(value),
            Some(value) => batch.swap(value, Piece::List(items)),
            None if has("Policies") => batch.add(self.properties, "Policies", Piece::List(items)),
            None if items.is_empty() => {}
            None => batch.add(self.properties, "Policies", Piece::List(items)),
        }
        batch.remove(self.place);
        let key = (
            self.role.key.stack,
            format!("{}#role", function.key.address),
        );
        work.touched.insert(key);
        let role_id = format!("{id}Role");
        self.apart(&id, &role_id, &apart, work)
    }

    /// Pairs on what waits for the function, and all others.
    fn parted(&self, id: &str) -> (Pairs, Pairs) {
        let (sheet, stack) = (self.old.sheet, self.role.key.stack);
        want::wanted(&self.change.allowed)
            .into_iter()
            .partition(|(pair, _)| self.bench.is_circular(sheet, stack, pair, id))
    }

    fn apart(&self, id: &str, role: &str, pairs: &Pairs, work: &mut Work) -> Result<(), String> {
        let owner = Owner {
            id,
            resource: self.resource,
            role,
        };
        apart_policy(
            self.bench,
            self.old.sheet,
            &self.spelling,
            &owner,
            pairs,
            &[],
            work,
        )
    }

    /// Limits of the old role that must hold for the new one.
    fn carry(&self, work: &mut Work) -> Result<(), String> {
        let sheet = self.old.sheet;
        let of_role = |key: &str| sheet.document.get(self.old.properties, key);
        let has = |key: &str| sheet.document.get(self.properties, key).is_some();
        let batch = work.batch(sheet.file);
        let carried = [
            ("PermissionsBoundary", "PermissionsBoundary"),
            ("Path", "RolePath"),
        ];
        for (from, to) in carried {
            if let Some(node) = of_role(from)
                && !has(to)
                && sheet.slice(node).trim_matches(['"', '\'']) != "/"
            {
                batch.add(self.properties, to, Piece::copy(sheet, node));
            }
        }
        let lambda = |principal: &Principal| matches!(principal, Principal::Service(text) if text.literal() == Some("lambda.amazonaws.com"));
        let usual = self
            .role
            .trust
            .iter()
            .all(|trust| trust.principals.iter().all(lambda) && trust.conditions.is_empty());
        if !usual && !has("AssumeRolePolicyDocument") {
            let trust = of_role("AssumeRolePolicyDocument")
                .ok_or("who may take on its role is not written")?;
            let piece = Piece::copy(sheet, trust);
            batch.add(self.properties, "AssumeRolePolicyDocument", piece);
        }
        Ok(())
    }

    /// A role beside the old one, like it but for its name and its permissions.
    fn declared(&self, work: &mut Work) -> Result<(), String> {
        let sheet = self.old.sheet;
        let function = self
            .bench
            .function(self.id)
            .ok_or("the function was not read")?;
        let resources = self
            .bench
            .resources(sheet)
            .ok_or("the file has no list of resources")?;
        let id = self.spelling.id(&function.key.address)?;
        let of_service = self.bench.format(sheet.file) == Format::Serverless;
        let name = match of_service {
            true => service::role_name(self.bench, self.id),
            false => format!("{id}Role"),
        };
        let name = limits::free_name(sheet, resources, &name);
        let mut entries: Vec<(String, Piece)> = Vec::new();
        for entry in sheet.own(self.old.resource) {
            if matches!(&*entry.key, "Type" | "Condition") {
                let piece = Piece::copy(sheet, entry.value);
                entries.push((entry.key.to_string(), piece));
            }
        }
        let mut properties: Vec<(String, Piece)> = Vec::new();
        for entry in sheet.own(self.old.properties) {
            if entry.merge {
                return Err("the properties of its role come from a merge".to_owned());
            }
            if !matches!(&*entry.key, "RoleName" | "Policies" | "ManagedPolicyArns") {
                let piece = Piece::copy(sheet, entry.value);
                properties.push((entry.key.to_string(), piece));
            }
        }
        let (denies, managed) = self.old.kept(self.role, &self.change.keep);
        let mut managed: Vec<Piece> = managed.into_iter().map(|(_, piece)| piece).collect();
        let condition =
            |pair: &want::Pair| conditional(self.bench, sheet, self.old.resource, self.role, pair);
        let (apart, pairs) = self.parted(&id);
        let (plain, guarded): (Pairs, Pairs) = pairs
            .into_iter()
            .partition(|(pair, _)| condition(pair).is_none());
        let parts = limits::parts(&want::merged(&plain), 0)?;
        let mut statements = statements_of(&parts.inline, &self.spelling)?;
        statements.extend(guarded_statements(&guarded, &condition, &self.spelling)?);
        statements.extend(denies);
        managed_policies(
            self.bench,
            sheet,
            &self.spelling,
            &id,
            parts,
            &mut managed,
            work,
        )?;
        if !managed.is_empty() {
            properties.push(("ManagedPolicyArns".to_owned(), Piece::List(managed)));
        }
        if !statements.is_empty() {
            let policy = inline(&policy_name(self.bench, self.id), statements);
            properties.push(("Policies".to_owned(), Piece::List(vec![policy])));
        }
        entries.push(("Properties".to_owned(), Piece::Map(properties)));
        let batch = work.batch(sheet.file);
        batch.add(resources, name.clone(), Piece::Map(entries));
        // A service may name a role by its logical id alone.
        let plain = of_service && sheet.document.text(self.place) == Some(&self.old.id);
        let parts = vec![Piece::word(&name), Piece::word("Arn")];
        batch.swap(
            self.place,
            match plain {
                true => Piece::word(&name),
                false => Piece::call("Fn::GetAtt", Piece::List(parts)),
            },
        );
        let prefix = &self.spelling.prefix;
        work.touched
            .insert((self.role.key.stack, format!("{prefix}{name}")));
        self.apart(&id, &name, &apart, work)
    }

    /// The function no longer waits for the old role.
    fn depends(&self, work: &mut Work) {
        let sheet = self.old.sheet;
        let Some(value) = sheet.own_value(self.resource, "DependsOn") else {
            return;
        };
        let is = |node: NodeRef| {
            let text = sheet.document.text(node);
            text == Some(&self.old.id)
                || self
                    .old
                    .attached
                    .iter()
                    .any(|(id, _, alone)| *alone && text == Some(id))
        };
        let batch = work.batch(sheet.file);
        if sheet.is_scalar(value) {
            if is(value) {
                batch.remove(value);
            }
            return;
        }
        for item in sheet.items(value) {
            if is(*item) {
                batch.remove(*item);
            }
        }
    }
}
