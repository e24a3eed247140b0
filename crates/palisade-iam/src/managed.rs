//! The documents of managed policies, unpacked when they are asked for.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde_json::Value;

/// The documents AWS publishes (managed policy reference), as `cargo xtask facts` packs them; `data/facts.lock`
/// says from which package and which day. `partial` marks those of which only the actions of services Palisade
/// knows are kept.
static BYTES: &[u8] = include_bytes!("../data/managed.bin");

/// The first bytes of the packed file; the last one is the version of the layout.
pub const MAGIC: &[u8; 8] = b"PALMGDP\x01";

/// No block is larger when it is unpacked.
pub const BLOCK_BYTES_MAX: usize = 1 << 20;

/// Offset of its bytes, length of its first name, length of what is packed.
const HEAD_BYTES: usize = 12;

/// A statement of a managed policy.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ManagedStatement {
    /// Whether it denies.
    pub deny: bool,
    /// The actions, or those not meant.
    pub actions: Vec<String>,
    /// Whether the actions are those not meant.
    pub not_actions: bool,
    /// The resources, or those not meant.
    pub resources: Vec<String>,
    /// Whether the resources are those not meant.
    pub not_resources: bool,
    /// Operator, key, values.
    pub conditions: Vec<(String, String, Vec<String>)>,
}

/// The document of a managed policy.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// Its name, such as `AmazonS3FullAccess`.
    pub name: &'static str,
    /// Whether it allows more than what stands here.
    pub partial: bool,
    /// Its statements.
    pub statements: Vec<ManagedStatement>,
}

/// Policies in order of their names, a JSON line each, packed together.
struct Block {
    first: &'static str,
    packed: &'static [u8],
    text: OnceLock<String>,
    documents: OnceLock<Documents>,
}

/// By name: the line, and what it says.
type Documents = BTreeMap<&'static str, (&'static str, OnceLock<Option<Document>>)>;

static BLOCKS: LazyLock<Vec<Block>> = LazyLock::new(|| blocks(BYTES).unwrap_or_default());

/// The document of a policy by name or ARN; `None` for a policy that is not known here.
pub fn document(name_or_arn: &str) -> Option<&'static Document> {
    let name = managed_name(name_or_arn)?;
    let after = BLOCKS.partition_point(|block| block.first <= name);
    let documents = BLOCKS.get(after.checked_sub(1)?)?.documents();
    let (key, (line, slot)) = documents.get_key_value(name)?;
    slot.get_or_init(|| parse(key, line)).as_ref()
}

/// The policy's name: of `AmazonS3FullAccess`, `service-role/X` or `arn:aws:iam::aws:policy/service-role/X`.
/// A policy of an account (`arn:aws:iam::123456789012:policy/X`) has none.
pub fn managed_name(name_or_arn: &str) -> Option<&str> {
    let path = match name_or_arn.strip_prefix("arn:") {
        Some(rest) => rest.split_once(":iam::aws:policy/")?.1,
        None => name_or_arn,
    };
    path.rsplit('/').next().filter(|name| !name.is_empty())
}

/// The names of all known policies, in order; unpacks them all.
pub fn names() -> impl Iterator<Item = &'static str> {
    let blocks = BLOCKS.iter();
    blocks.flat_map(|block| block.documents().keys().copied())
}

impl Block {
    fn documents(&'static self) -> &'static Documents {
        self.documents.get_or_init(|| {
            let name =
                |line: &'static str| Some(line.strip_prefix("{\"name\":\"")?.split_once('"')?.0);
            let lines = self.text().lines();
            lines
                .filter_map(|line| Some((name(line)?, (line, OnceLock::new()))))
                .collect()
        })
    }

    fn text(&'static self) -> &'static str {
        self.text.get_or_init(|| {
            let unpacked = decompress_to_vec_with_limit(self.packed, BLOCK_BYTES_MAX);
            unpacked
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .unwrap_or_default()
        })
    }
}

/// The blocks of the packed file; those that do not lie inside it are left out.
fn blocks(bytes: &'static [u8]) -> Option<Vec<Block>> {
    let rest = bytes.strip_prefix(MAGIC.as_slice())?;
    let (count, rest) = rest.split_first_chunk::<4>()?;
    let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
    let (heads, body) = rest.split_at_checked(count.checked_mul(HEAD_BYTES)?)?;
    Some(
        heads
            .chunks_exact(HEAD_BYTES)
            .filter_map(|head| block(head, body))
            .collect(),
    )
}

fn block(head: &[u8], body: &'static [u8]) -> Option<Block> {
    let mut numbers = head.chunks_exact(4).map(|four| {
        let four: [u8; 4] = four.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(four)).ok()
    });
    let (start, name, packed) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let (first, rest) = body.get(start..)?.split_at_checked(name)?;
    Some(Block {
        first: std::str::from_utf8(first).ok()?,
        packed: rest.get(..packed)?,
        text: OnceLock::new(),
        documents: OnceLock::new(),
    })
}

fn parse(name: &'static str, line: &str) -> Option<Document> {
    let value: Value = serde_json::from_str(line).ok()?;
    let statements = value.get("statements")?.as_array()?;
    Some(Document {
        name,
        partial: value.get("partial").and_then(Value::as_bool) == Some(true),
        statements: statements.iter().map(statement).collect(),
    })
}

fn statement(value: &Value) -> ManagedStatement {
    let list = |key: &str| value.get(key).map(strings);
    let (actions, not_actions) = (list("actions"), list("not_actions"));
    let (resources, not_resources) = (list("resources"), list("not_resources"));
    ManagedStatement {
        deny: value.get("deny").and_then(Value::as_bool) == Some(true),
        not_actions: actions.is_none() && not_actions.is_some(),
        actions: actions.or(not_actions).unwrap_or_default(),
        not_resources: not_resources.is_some(),
        resources: resources
            .or(not_resources)
            .unwrap_or_else(|| vec!["*".to_owned()]),
        conditions: value
            .get("conditions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(condition)
            .collect(),
    }
}

fn condition(value: &Value) -> Option<(String, String, Vec<String>)> {
    let word = |at: usize| value.get(at).and_then(Value::as_str).map(str::to_owned);
    Some((word(0)?, word(1)?, strings(value.get(2)?)))
}

fn strings(value: &Value) -> Vec<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
