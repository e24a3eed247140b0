//! Paths as people read them.

use std::fmt::Write as _;

use crate::shape::Step;

/// A path as people write it, such as `Records[].s3.object.key`; decodings are left out.
#[must_use]
pub fn words(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Key(name) => push_key(&mut text, name),
            Step::Elem => text.push_str("[]"),
            Step::KeyOf => {
                text = if text.is_empty() {
                    "a name".to_owned()
                } else {
                    format!("a name in {text}")
                }
            }
            Step::Decode(_) => {}
        }
    }
    text
}

fn push_key(text: &mut String, name: &str) {
    let plain = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '$' | '@'));
    if !plain {
        // Writing to a string cannot fail.
        let _ = write!(text, "[{name:?}]");
        return;
    }
    if !text.is_empty() {
        text.push('.');
    }
    text.push_str(name);
}
