//! One setting of one node: written where it stands, or as an override where it is inherited.

use palisade_model::app::{App, NodeId};
use palisade_model::attribute::Attribute;
use palisade_model::change::{NewValue, SettingChange};
use palisade_model::policy::{Effect, Grant};
use palisade_model::setting::How;
use palisade_model::text::StackId;

use crate::cloudformation::types;
use crate::document::{NodeRef, Shape};
use crate::recognize::Format;

use super::bench::{Bench, Work};
use super::piece::Piece;
use super::sheet::Sheet;
use super::want::{self, Pairs};

/// Keys of functions of the Serverless Framework.
const SERVICE: [(Attribute, &str); 2] = [
    (Attribute::Timeout, "timeout"),
    (Attribute::Memory, "memorySize"),
];

/// Every way to make a change that is worth a try, the smallest first; the proof decides.
pub(crate) fn plans(bench: &Bench<'_>, change: &SettingChange) -> Result<Vec<Work>, String> {
    let (key, type_name) = node(bench.app, change.node).ok_or("the node was not read")?;
    let sheet = bench.editable(key.stack)?;
    let piece = piece(&change.value);
    if bench.format(sheet.file) == Format::Serverless && matches!(change.node, NodeId::Function(_))
    {
        let path = SERVICE
            .iter()
            .find(|(attribute, _)| *attribute == change.attribute);
        let (_, path) = path.ok_or("no key of the service is known for it")?;
        let name = key
            .address
            .rsplit("functions.")
            .next()
            .unwrap_or(&key.address);
        let root = sheet.document.root().ok_or("the service is empty")?;
        let function = sheet
            .find(root, &["functions"])
            .and_then(|functions| sheet.own_value(functions, name))
            .filter(|node| matches!(sheet.shape(*node), Some(Shape::Map(_))))
            .ok_or("the function is not written out in the service's file")?;
        return ways(sheet, key.stack, function, &[path], &piece);
    }
    let row = type_name
        .or_else(|| resource_type(bench, sheet, &key.address))
        .and_then(|name| types::row(&name))
        .and_then(|row| {
            row.attributes
                .iter()
                .find(|row| row.attribute == change.attribute)
        })
        .ok_or("no property is known for it")?;
    let path: Vec<&str> = row.path.split('.').collect();
    let piece = match (&row.word, &change.value) {
        (None, _) => piece,
        (Some(word), NewValue::Flag(true)) => Piece::word(word),
        (Some(_), NewValue::Flag(false)) => {
            let other = row.other.as_deref().ok_or("it has no word for off")?;
            Piece::word(other)
        }
        (Some(_), _) => return Err("it is a flag".to_owned()),
    };
    let resource = bench.resource(sheet, key.stack, &key.address)?;
    match sheet.own_value(resource, "Properties") {
        Some(properties) if matches!(sheet.shape(properties), Some(Shape::Map(_))) => {
            let mut ways = ways(sheet, key.stack, properties, &path, &piece)?;
            if change.attribute == Attribute::Tracing {
                for work in &mut ways {
                    traced(bench, change.node, work)?;
                }
            }
            Ok(ways)
        }
        Some(_) => Err("its properties are not written out".to_owned()),
        None => {
            let mut work = Work::default();
            let nested = path
                .iter()
                .rev()
                .fold(piece, |inner, key| Piece::map([(*key, inner)]));
            work.batch(sheet.file).add(resource, "Properties", nested);
            Ok(vec![work])
        }
    }
}

fn node(app: &App, node: NodeId) -> Option<(palisade_model::app::Key, Option<String>)> {
    match node {
        NodeId::Function(id) => app.functions.get(id).map(|f| (f.key.clone(), None)),
        NodeId::Resource(id) => app
            .resources
            .get(id)
            .map(|r| (r.key.clone(), Some(r.type_name.clone()))),
        NodeId::Role(_) | NodeId::Outside(_) => None,
    }
}

fn resource_type(bench: &Bench<'_>, sheet: &Sheet<'_>, address: &str) -> Option<String> {
    let resources = bench.resources(sheet)?;
    let id = address.rsplit('/').next().unwrap_or(address);
    let kind = sheet.find(resources, &[id, "Type"])?;
    sheet.document.text(kind).map(str::to_owned)
}

fn piece(value: &NewValue) -> Piece {
    match value {
        NewValue::Text(text) => Piece::word(text),
        NewValue::Flag(_) | NewValue::Number(_) => Piece::Plain(value.words()),
    }
}

fn ways(
    sheet: &Sheet<'_>,
    stack: StackId,
    map: NodeRef,
    path: &[&str],
    piece: &Piece,
) -> Result<Vec<Work>, String> {
    let mut at = map;
    let mut rest = path;
    // Down the keys and items that are written at the node itself.
    while let [key, deeper @ ..] = rest {
        let value = match key.parse::<usize>() {
            Ok(number) => sheet.items(at).get(number).copied(),
            Err(_) => sheet.own_value(at, key),
        };
        let holds = |value: NodeRef| {
            let listed = deeper
                .first()
                .is_some_and(|key| key.parse::<usize>().is_ok());
            match sheet.shape(value) {
                Some(Shape::Map(_)) => !listed,
                Some(Shape::List(_)) => listed,
                _ => false,
            }
        };
        match value {
            Some(value) if deeper.is_empty() => return Ok(written(sheet, stack, value, piece)),
            Some(value) if holds(value) => {
                at = value;
                rest = deeper;
            }
            _ => break,
        }
    }
    if rest.iter().any(|part| part.parse::<usize>().is_ok()) {
        return Err("the list it belongs into is not written out".to_owned());
    }
    let [key, deeper @ ..] = rest else {
        return Ok(Vec::new());
    };
    let nested = deeper
        .iter()
        .rev()
        .fold(piece.clone(), |inner, key| Piece::map([(*key, inner)]));
    let mut work = Work::default();
    match sheet.own_value(at, key) {
        Some(value) => work.batch(sheet.file).swap(value, nested),
        None => work.batch(sheet.file).add(at, *key, nested),
    }
    Ok(vec![work])
}

/// SAM grants tracing to the role that it makes for a function: that role may change, what it allows otherwise may not.
fn traced(bench: &Bench<'_>, node: NodeId, work: &mut Work) -> Result<(), String> {
    let NodeId::Function(id) = node else {
        return Ok(());
    };
    let function = bench.function(id).ok_or("the function was not read")?;
    let (_, role) = bench.role_of(function)?;
    if !role.key.address.ends_with("#role") {
        return Ok(());
    }
    let (mut pairs, mut keep) = (Pairs::new(), Vec::new());
    for grant in &role.grants {
        match grant {
            Grant::Statement(statement) if statement.effect == Effect::Deny => {}
            Grant::Statement(statement) if is_made(&statement.origin.how) => {}
            Grant::Statement(statement) => {
                let granted = want::granted(statement);
                pairs.extend(granted.ok_or("its role allows all but what it names")?);
            }
            Grant::Managed(name) => {
                keep.extend(name.values().iter().map(|(_, text)| text.words()));
            }
            Grant::Unreadable(_) => return Err("a policy of its role could not be read".to_owned()),
        }
    }
    let key = (function.key.stack, function.key.address.clone());
    work.expected.insert(key.clone(), pairs);
    work.keep.insert(key, keep);
    let role = (role.key.stack, role.key.address.clone());
    work.touched.insert(role);
    Ok(())
}

/// Whether SAM adds it by itself; a policy template was chosen.
fn is_made(how: &How) -> bool {
    matches!(how, How::Generated(maker) if *maker != "sam.policy-template")
}

/// A value that is written: its branches one by one, then all of it; before that the parameter it comes from.
fn written(sheet: &Sheet<'_>, stack: StackId, value: NodeRef, piece: &Piece) -> Vec<Work> {
    let mut ways = Vec::new();
    let one = |node: NodeRef| {
        let mut work = Work::default();
        work.batch(sheet.file).swap(node, piece.clone());
        work
    };
    let choice = match sheet.node(value).and_then(|node| node.tag.as_deref()) {
        Some("!If") => Some(value),
        _ => sheet.own_value(value, "Fn::If"),
    };
    if let Some(choice) = choice {
        ways.extend(
            sheet
                .items(choice)
                .iter()
                .skip(1)
                .map(|branch| one(*branch)),
        );
    }
    if let Some((name, default)) = default_of(sheet, value, piece) {
        // What had quotes keeps them.
        let quoted = sheet.slice(default).starts_with(['"', '\'']);
        let mut work = Work::default();
        let piece = match piece {
            Piece::Plain(word) if quoted => Piece::Own(format!("\"{word}\""), None),
            other => other.clone(),
        };
        work.batch(sheet.file).swap(default, piece);
        work.defaults.insert((stack, name.to_owned()));
        ways.push(work);
    }
    ways.push(one(value));
    ways
}

/// The default of a parameter that is used in this one place, if the parameter may have the value.
fn default_of<'s>(sheet: &Sheet<'s>, value: NodeRef, piece: &Piece) -> Option<(&'s str, NodeRef)> {
    let name = match sheet.document.tag(value) {
        Some("!Ref") => sheet.document.text(value)?,
        _ => sheet.document.text(sheet.own_value(value, "Ref")?)?,
    };
    let root = sheet.document.root()?;
    let parameter = sheet.find(root, &["Parameters", name])?;
    let default = sheet.own_value(parameter, "Default")?;
    let word = match piece {
        Piece::Plain(word) | Piece::Word(word) => word,
        _ => return None,
    };
    let listed = sheet.own_value(parameter, "AllowedValues").map(|list| {
        let mut items = sheet.items(list).iter();
        items.any(|item| sheet.document.text(*item) == Some(word.as_str()))
    });
    let limits = [
        "AllowedPattern",
        "MinValue",
        "MaxValue",
        "MinLength",
        "MaxLength",
    ];
    let limited = limits
        .iter()
        .any(|key| sheet.own_value(parameter, key).is_some());
    if listed == Some(false) || limited {
        return None;
    }
    let mut uses = 0;
    for (_, node) in sheet.document.all() {
        if let Shape::Scalar(scalar) = &node.shape {
            uses +=
                usize::from(&*scalar.text == name || scalar.text.contains(&format!("${{{name}}}")));
        }
    }
    (uses == 1).then_some((name, default))
}
