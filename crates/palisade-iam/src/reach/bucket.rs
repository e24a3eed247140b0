//! Who may put data into a bucket: policy, access block and access list, in that order.

use palisade_model::app::Resource;
use palisade_model::attribute::Attribute;
use palisade_model::reach::Level;
use palisade_model::setting::{Basis, Choice, Given, Setting};
use palisade_model::text::Text;

use crate::reach::way::{Way, who};

/// Whether a block holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Block {
    /// It does.
    On,
    /// It does not, in every world.
    Off,
    /// The platform's default of April 2023: on, unless the bucket is older.
    Default,
    /// Off in some worlds, or not known.
    Perhaps,
}

/// A written block's unnamed members are off.
fn block(bucket: &Resource, attribute: Attribute) -> Block {
    let absent = if written(bucket) {
        Block::Off
    } else {
        Block::Default
    };
    let Some(setting) = bucket.settings.flag(attribute) else {
        return absent;
    };
    let one = |given: &Given<bool>| match given {
        Given::Known(true, Basis::Platform) => Block::Default,
        Given::Known(true, _) => Block::On,
        Given::Known(false, Basis::Platform) if !written(bucket) => Block::Default,
        Given::Known(false, _) => Block::Off,
        Given::Absent => absent,
        Given::Unknown(..) | Given::OneOf(_) => Block::Perhaps,
    };
    match &setting.given {
        Given::OneOf(choices) => {
            let mut each = choices.iter().map(|Choice { given, .. }| one(given));
            let first = each.next().unwrap_or(absent);
            match each.all(|b| b == first) {
                true => first,
                false => Block::Perhaps,
            }
        }
        given => one(given),
    }
}

/// Whether any member of the access block stands in the template.
fn written(bucket: &Resource) -> bool {
    let given = |setting: &Setting<bool>| {
        !matches!(
            setting.given,
            Given::Absent | Given::Known(_, Basis::Platform)
        )
    };
    [
        Attribute::BlockPublicPolicy,
        Attribute::RestrictPublicBuckets,
        Attribute::IgnorePublicAcls,
        Attribute::BlockPublicAcls,
    ]
    .into_iter()
    .filter_map(|a| bucket.settings.flag(a))
    .any(given)
}

/// Both blocks must be off for a public policy to serve strangers.
fn both(a: Block, b: Block) -> Block {
    match (a, b) {
        (Block::On, _) | (_, Block::On) => Block::On,
        (Block::Off, Block::Off) => Block::Off,
        (Block::Default, _) | (_, Block::Default) => Block::Default,
        _ => Block::Perhaps,
    }
}

/// Applies the access block to the ways of a bucket's policy. `public_policy` tells whether any statement of it,
/// also one about reading, is public: then a block cuts every way of outsiders.
pub(crate) fn guard_policy(bucket: &Resource, public_policy: bool, ways: &mut [Way], label: &str) {
    if !public_policy {
        return;
    }
    let blocks = both(
        block(bucket, Attribute::RestrictPublicBuckets),
        block(bucket, Attribute::BlockPublicPolicy),
    );
    let outside = |way: &&mut Way| way.possibly >= Level::OtherAccount;
    for way in ways.iter_mut().filter(outside) {
        match blocks {
            Block::Off => {}
            Block::On => {
                way.limit(Level::Inside);
                let sentence =
                    format!("the policy of {label} is public and its access block forbids that");
                way.because = vec![(block_origin(bucket), sentence)];
            }
            Block::Default => {
                way.doubt();
                let sentence = format!(
                    "{label} has no access block written: buckets made since April 2023 refuse public policies, older ones do not"
                );
                way.because.push((bucket.origin.clone(), sentence));
            }
            Block::Perhaps => {
                way.doubt();
                let sentence = format!("the access block of {label} may be off");
                way.because.push((block_origin(bucket), sentence));
            }
        }
    }
}

fn block_origin(bucket: &Resource) -> palisade_model::setting::Origin {
    let flag = |a| bucket.settings.flag(a).map(|s| s.origin.clone());
    flag(Attribute::RestrictPublicBuckets)
        .or_else(|| flag(Attribute::BlockPublicPolicy))
        .unwrap_or_else(|| bucket.origin.clone())
}

/// What the canned access list opens; it counts only where ownership lets lists count.
pub(crate) fn list_way(bucket: &Resource, action: &str, label: &str) -> Option<Way> {
    let setting = bucket.settings.text(Attribute::AccessControl)?;
    let words = |setting: &Setting<Text>| -> Vec<String> {
        setting.values().iter().map(|(_, t)| t.words()).collect()
    };
    // Lists give out writing, never the right to delete or tag.
    if !words(setting).iter().any(|w| w == "PublicReadWrite")
        || !matches!(action, "s3:PutObject" | "s3:DeleteObject")
    {
        return None;
    }
    let mut way = Way::new(Level::Stranger, action);
    way.public = true;
    let sentence = format!("{} may put an object into {label}", who(Level::Stranger));
    way.because.push((setting.origin.clone(), sentence));
    let ownership = bucket.settings.text(Attribute::ObjectOwnership);
    let ownership = ownership.filter(|s| !s.is_absent());
    match ownership.map(words) {
        Some(words) if words.iter().any(|w| w == "BucketOwnerEnforced") => return None,
        Some(words) if !words.is_empty() => {}
        // Enforced by default since April 2023: the list is refused or ignored.
        _ => way.doubt(),
    }
    let blocks = both(
        block(bucket, Attribute::IgnorePublicAcls),
        block(bucket, Attribute::BlockPublicAcls),
    );
    match blocks {
        Block::On => return None,
        Block::Off => {}
        Block::Default | Block::Perhaps => way.doubt(),
    }
    Some(way)
}
