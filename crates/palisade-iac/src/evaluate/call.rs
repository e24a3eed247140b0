//! Short and long forms of intrinsics as one thing.

use std::borrow::Cow;

use crate::document::{Document, NodeRef, long_form};

/// A call of an intrinsic.
#[derive(Debug)]
pub(super) struct Call<'d> {
    /// Its long name, such as `Fn::Sub` or `Ref`.
    pub(super) name: Cow<'d, str>,
    /// Its argument; for a short form the tagged node itself.
    pub(super) argument: NodeRef,
    /// Whether it is a short form: then the argument's own tag is the call.
    pub(super) short: bool,
}

/// The call a node is: a tag, or a map whose one key is the name of an intrinsic.
pub(super) fn call(document: &Document, node: NodeRef) -> Option<Call<'_>> {
    if let Some(tag) = document.tag(node) {
        let name = match tag {
            "!Ref" => Cow::Borrowed("Ref"),
            "!Sub" => Cow::Borrowed("Fn::Sub"),
            "!GetAtt" => Cow::Borrowed("Fn::GetAtt"),
            // A slip that was reported: it calls nothing.
            slip if slip.starts_with("!!") => Cow::Borrowed(slip),
            _ => Cow::Owned(long_form(tag)),
        };
        let argument = document.resolve(node);
        return Some(Call {
            name,
            argument,
            short: true,
        });
    }
    let [entry] = document.entries(node) else {
        return None;
    };
    let name = &*entry.key;
    let known = name == "Ref" || (name.starts_with("Fn::") && !name.starts_with(FOR_EACH));
    (known && !entry.merge).then_some(Call {
        name: Cow::Borrowed(name),
        argument: entry.value,
        short: false,
    })
}

/// How keys of loops start.
pub(super) const FOR_EACH: &str = "Fn::ForEach";

/// The key of macros and included files.
pub(super) const TRANSFORM: &str = "Fn::Transform";
