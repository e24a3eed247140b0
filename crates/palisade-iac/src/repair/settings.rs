//! One setting of one node: written where it stands, or as an override where it is inherited.

use palisade_model::app::{App, NodeId};
use palisade_model::attribute::Attribute;
use palisade_model::change::{NewValue, SettingChange};

use palisade_model::text::StackId;

use crate::cloudformation::types;
use crate::document::{NodeRef, Shape};
use crate::recognize::Format;

use super::bench::{Bench, Work};
use super::piece::Piece;
use super::sheet::Sheet;

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
        return Ok(ways(sheet, key.stack, function, &[path], &piece));
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
    if path.iter().any(|part| part.parse::<usize>().is_ok()) {
        return Err("it stands in a list".to_owned());
    }
    let resource = bench.resource(sheet, key.stack, &key.address)?;
    match sheet.own_value(resource, "Properties") {
        Some(properties) if matches!(sheet.shape(properties), Some(Shape::Map(_))) => {
            Ok(ways(sheet, key.stack, properties, &path, &piece))
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
) -> Vec<Work> {
    let mut at = map;
    let mut rest = path;
    // Down the keys that are written at the node itself.
    while let [key, deeper @ ..] = rest {
        match sheet.own_value(at, key) {
            Some(value) if deeper.is_empty() => return written(sheet, stack, value, piece),
            Some(value) if matches!(sheet.shape(value), Some(Shape::Map(_))) => {
                at = value;
                rest = deeper;
            }
            _ => break,
        }
    }
    let [key, deeper @ ..] = rest else {
        return Vec::new();
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
    vec![work]
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
    if let Some((name, default)) = default_of(sheet, value) {
        let mut work = one(default);
        work.defaults.insert((stack, name.to_owned()));
        ways.push(work);
    }
    ways.push(one(value));
    ways
}

/// The default of a parameter that is used in this one place.
fn default_of<'s>(sheet: &Sheet<'s>, value: NodeRef) -> Option<(&'s str, NodeRef)> {
    let name = match sheet.document.tag(value) {
        Some("!Ref") => sheet.document.text(value)?,
        _ => sheet.document.text(sheet.own_value(value, "Ref")?)?,
    };
    let root = sheet.document.root()?;
    let default = sheet.find(root, &["Parameters", name, "Default"])?;
    let mut uses = 0;
    for (_, node) in sheet.document.all() {
        if let Shape::Scalar(scalar) = &node.shape {
            uses +=
                usize::from(&*scalar.text == name || scalar.text.contains(&format!("${{{name}}}")));
        }
    }
    (uses == 1).then_some((name, default))
}
