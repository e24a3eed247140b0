//! Texts of names: cut into the parts that ARNs are made of.

use palisade_model::text::{Part, Symbol, Text};

/// Whether a part of a text is not known.
pub(super) fn is_opaque(part: &Part) -> bool {
    matches!(
        part,
        Part::Hole(Symbol::Opaque(_) | Symbol::Each(_) | Symbol::Placeholder(_))
    )
}

/// A pseudo parameter.
pub(super) fn pseudo(name: &str) -> Part {
    Part::Hole(Symbol::Pseudo(name.to_owned()))
}

/// Whether a text begins so.
pub(super) fn starts(text: &Text, with: &str) -> bool {
    matches!(text.parts().first(), Some(Part::Literal(literal)) if literal.starts_with(with))
}

/// A text with something behind it.
pub(super) fn with_tail(text: &Text, tail: &str) -> Text {
    let tail = Part::Literal(tail.to_owned());
    Text::join(text.parts().iter().cloned().chain([tail]))
}

/// The address of `Name <address>`.
pub(super) fn address(text: &Text) -> Text {
    let mut parts: Vec<Part> = Vec::new();
    for part in text.parts() {
        match part {
            Part::Literal(literal) => {
                let literal = match literal.rsplit_once('<') {
                    Some((_, tail)) => {
                        parts.clear();
                        tail
                    }
                    None => literal.as_str(),
                };
                parts.push(Part::Literal(literal.trim_end_matches('>').to_owned()));
            }
            hole => parts.push(hole.clone()),
        }
    }
    Text::join(parts)
}

/// What is known of a name up to what is not; from there on it may be anything.
pub(super) fn up_to_unknown(text: &Text) -> Text {
    let known = text
        .parts()
        .iter()
        .take_while(|part| !is_opaque(part))
        .cloned();
    let known: Vec<Part> = known.collect();
    if known.len() == text.parts().len() {
        return text.clone();
    }
    Text::join(known.into_iter().chain([Part::Literal("*".to_owned())]))
}

/// A text for a policy: what is not known is `*`, and adjoining stars are one.
pub(super) fn plain(parts: &[Part]) -> Text {
    let starred = parts.iter().map(|part| match part {
        part if is_opaque(part) => Part::Literal("*".to_owned()),
        other => other.clone(),
    });
    let joined = Text::join(starred);
    Text::join(joined.parts().iter().map(|part| match part {
        Part::Literal(text) => {
            let mut short = text.clone();
            while short.contains("**") {
                short = short.replace("**", "*");
            }
            Part::Literal(short)
        }
        hole => hole.clone(),
    }))
}

/// A text cut at the first character of a kind; a leading one is left out.
pub(super) fn split_first(text: &Text, at: char) -> (Text, Option<Text>) {
    let mut before = Vec::new();
    let mut after: Option<Vec<Part>> = None;
    for (number, part) in text.parts().iter().enumerate() {
        match (&mut after, part) {
            (Some(after), part) => after.push(part.clone()),
            (None, Part::Literal(literal)) => {
                let literal = if number == 0 {
                    literal.trim_start_matches(at)
                } else {
                    literal
                };
                match literal.split_once(at) {
                    Some((head, tail)) => {
                        before.push(Part::Literal(head.to_owned()));
                        after = Some(vec![Part::Literal(tail.to_owned())]);
                    }
                    None => before.push(Part::Literal(literal.to_owned())),
                }
            }
            (None, part) => before.push(part.clone()),
        }
    }
    (Text::join(before), after.map(Text::join))
}

/// What follows the last `/`.
pub(super) fn last_segment(text: &Text) -> Text {
    let mut parts: Vec<Part> = Vec::new();
    for part in text.parts() {
        match part {
            Part::Literal(literal) => match literal.rsplit_once('/') {
                Some((_, tail)) => parts = vec![Part::Literal(tail.to_owned())],
                None => parts.push(part.clone()),
            },
            Part::Hole(_) => parts.push(part.clone()),
        }
    }
    Text::join(parts)
}

/// The stage of an address of connections: `https://<api>.execute-api.<region>.amazonaws.com/<stage>`.
pub(super) fn stage_of(text: &Text) -> Option<Text> {
    let host = text.words();
    if !host.contains(".execute-api.") || text.parts().iter().any(is_opaque) {
        return None;
    }
    let (_, path) = split_first(&without_scheme(text), '/');
    let (stage, _) = split_first(&path?, '/');
    (!stage.parts().is_empty()).then_some(stage)
}

/// An address without its scheme.
pub(super) fn without_scheme(text: &Text) -> Text {
    let mut parts = text.parts().to_vec();
    if let Some(Part::Literal(start)) = parts.first_mut() {
        let rest = start
            .strip_prefix("https://")
            .or_else(|| start.strip_prefix("wss://"));
        *start = rest.unwrap_or(start).to_owned();
    }
    Text::join(parts)
}

/// The bucket and key of `s3://bucket/key`, `https://s3.amazonaws.com/bucket/key`, `https://bucket.s3.amazonaws.com/key`.
pub(super) fn uri(text: &Text) -> Option<(Text, Text)> {
    let mut parts = text.parts().to_vec();
    let Some(Part::Literal(start)) = parts.first_mut() else {
        return None;
    };
    let star = || Text::of("*");
    if let Some(rest) = start.strip_prefix("s3://") {
        *start = rest.to_owned();
        let (bucket, key) = split_first(&Text::join(parts), '/');
        return Some((bucket, key.unwrap_or_else(star)));
    }
    let rest = start.strip_prefix("https://")?.to_owned();
    *start = rest;
    let (host, path) = split_first(&Text::join(parts), '/');
    let path = path.unwrap_or_else(star);
    let is_host = matches!(host.parts().first(), Some(Part::Literal(l)) if l.starts_with("s3.") || l.starts_with("s3-"));
    if is_host {
        let (bucket, key) = split_first(&path, '/');
        return Some((bucket, key.unwrap_or_else(star)));
    }
    // The bucket is what stands before `.s3`.
    let mut bucket = Vec::new();
    for part in host.parts() {
        match part {
            Part::Literal(literal) => match literal.split_once(".s3") {
                Some((head, _)) => {
                    bucket.push(Part::Literal(head.to_owned()));
                    return Some((Text::join(bucket), path));
                }
                None => bucket.push(part.clone()),
            },
            Part::Hole(_) => bucket.push(part.clone()),
        }
    }
    None
}

/// The table that a PartiQL statement is about.
pub(super) fn table_of_statement(text: &Text) -> Option<Text> {
    let parts = text.parts().iter();
    let mut before = String::new();
    for part in parts {
        let Part::Literal(literal) = part else {
            // The hole is the table where the word before it says so.
            let word = before.trim_end().trim_end_matches('"').trim_end();
            let word = word
                .rsplit(char::is_whitespace)
                .next()?
                .to_ascii_uppercase();
            return matches!(word.as_str(), "FROM" | "INTO" | "UPDATE")
                .then(|| Text::join([part.clone()]));
        };
        before.push_str(literal);
        let mut words = before.split_whitespace().peekable();
        while let Some(word) = words.next() {
            if matches!(
                word.to_ascii_uppercase().as_str(),
                "FROM" | "INTO" | "UPDATE"
            ) && let Some(name) = words.peek()
            {
                let name = name.trim_matches(|c| matches!(c, '"' | '\'' | '`' | ';' | ','));
                let name = name.split(['.', '"']).next().unwrap_or_default();
                if !name.is_empty() {
                    return Some(Text::of(name));
                }
            }
        }
    }
    None
}
