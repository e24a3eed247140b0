//! The index of addresses and physical names, and texts as one line that string functions can cut.

use palisade_model::app::NodeId;
use palisade_model::text::{Part, StackId, Symbol, Text};
use rustc_hash::FxHashMap;

/// The index of addresses and physical names.
#[derive(Debug, Default)]
pub struct Names {
    nodes: FxHashMap<(StackId, String), NodeId>,
    named: FxHashMap<Text, Vec<NodeId>>,
    /// Aliases and versions: the function they stand for and the alias' name.
    aliases: FxHashMap<(StackId, String), (Text, Option<String>)>,
}

impl Names {
    /// Enters an address; false if it is taken.
    pub fn declare(&mut self, key: (StackId, String), node: NodeId) -> bool {
        match self.nodes.entry(key) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(node);
                true
            }
        }
    }

    /// Enters a physical name.
    pub fn name(&mut self, text: Text, node: NodeId) {
        let nodes = self.named.entry(text).or_default();
        if !nodes.contains(&node) {
            nodes.push(node);
        }
    }

    /// Enters an alias or version.
    pub fn alias(&mut self, stack: StackId, address: String, function: Text, name: Option<String>) {
        self.aliases.insert((stack, address), (function, name));
    }

    /// What an alias or version stands for: the function and the alias' name.
    pub fn alias_of(&self, stack: StackId, address: &str) -> Option<&(Text, Option<String>)> {
        self.aliases.get(&(stack, address.to_owned()))
    }

    /// The node of an address.
    pub fn node(&self, stack: StackId, address: &str) -> Option<NodeId> {
        self.nodes.get(&(stack, address.to_owned())).copied()
    }

    /// The nodes of a physical name.
    pub fn named(&self, text: &Text) -> &[NodeId] {
        self.named.get(text).map_or(&[], Vec::as_slice)
    }
}

/// A text as one string: each hole is one private-use character, so that pieces can be cut with string functions.
#[derive(Clone, Debug)]
pub struct Flat {
    /// The string.
    pub line: String,
    holes: Vec<Symbol>,
}

const FIRST: u32 = 0xF_0000;

impl Flat {
    /// Flattens a text.
    pub fn of(text: &Text) -> Self {
        let mut line = String::new();
        let mut holes = Vec::new();
        for part in text.parts() {
            match part {
                Part::Literal(literal) => line.push_str(literal),
                Part::Hole(symbol) => {
                    let at = FIRST + u32::try_from(holes.len()).unwrap_or(0).min(0xFFF0);
                    line.push(char::from_u32(at).unwrap_or('?'));
                    holes.push(symbol.clone());
                }
            }
        }
        Self { line, holes }
    }

    /// The symbol of a character, if it is a hole.
    pub fn hole(&self, c: char) -> Option<&Symbol> {
        let at = (c as u32).checked_sub(FIRST)?;
        self.holes.get(at as usize)
    }

    /// A piece of the line as a text again.
    pub fn text(&self, piece: &str) -> Text {
        Text::join(piece.chars().map(|c| match self.hole(c) {
            Some(symbol) => Part::Hole(symbol.clone()),
            None => Part::Literal(c.to_string()),
        }))
    }
}

/// The physical name inside an ARN, URL or plain name.
pub fn physical_name(text: &Text) -> Text {
    let flat = Flat::of(text);
    let name = name_piece(&flat.line);
    if name.len() == flat.line.len() {
        return text.clone();
    }
    flat.text(name)
}

fn name_piece(line: &str) -> &str {
    if line.starts_with("arn:") {
        let mut pieces = line.splitn(6, ':');
        let service = pieces.nth(2).unwrap_or_default();
        let Some(rest) = pieces.nth(2) else {
            return line;
        };
        return match service {
            "s3" => rest.split('/').next().unwrap_or(rest),
            "dynamodb" | "kinesis" | "firehose" | "kms" => rest.split('/').nth(1).unwrap_or(rest),
            "lambda" | "states" | "secretsmanager" | "logs" => {
                rest.split(':').nth(1).unwrap_or(rest)
            }
            "iam" | "events" | "cognito-idp" | "iot" | "ssm" => {
                rest.rsplit('/').next().unwrap_or(rest)
            }
            _ => rest,
        };
    }
    if let Some(rest) = line.strip_prefix("s3://") {
        return rest.split('/').next().unwrap_or(rest);
    }
    if line.starts_with("https://") {
        return line
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or(line);
    }
    line
}
