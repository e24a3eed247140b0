//! Ports: which part of a call a row speaks of, such as `arg.0|args[1:]` or `return.Item`.

use palisade_events::Encoding;

/// The base of a port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Base {
    /// An argument by position (negative from the end) or name.
    Arg {
        /// Position.
        position: Option<i32>,
        /// Names, any of which fits.
        names: Vec<String>,
    },
    /// Every argument.
    EveryArg,
    /// The receiver of a method.
    Receiver,
    /// The result.
    Return,
    /// The content of the file named by another port.
    File(Box<Port>),
    /// A part of the call that made the receiver; only for names of stores.
    Made(Box<Port>),
}

/// A step behind the base.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// A key or element by number.
    Key(String),
    /// Any element or key.
    Elem,
    /// The keys themselves.
    KeyOf,
    /// Elements from a position on.
    From(usize),
    /// A parameter of a function handed in.
    Param(u16),
    /// What a function handed in returns.
    Returned,
    /// Decoded.
    Decode(Encoding),
}

/// A part of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Port {
    /// Base.
    pub base: Base,
    /// Steps.
    pub parts: Vec<Part>,
}

impl Port {
    /// Whether it is a whole argument at this place.
    pub fn is_argument(&self, at: i32) -> bool {
        self.parts.is_empty()
            && matches!(&self.base, Base::Arg { position: Some(n), .. } if *n == at)
    }
}

/// The decoding of a word in data files.
pub fn encoding(word: &str) -> Option<Encoding> {
    Some(match word {
        "json" => Encoding::Json,
        "base64" => Encoding::Base64,
        "url" => Encoding::Url,
        "form" => Encoding::Form,
        "gzip" => Encoding::Gzip,
        "mime" => Encoding::Mime,
        "utf8" => Encoding::Utf8,
        "unsafe" => Encoding::Unsafe,
        _ => return None,
    })
}

impl Port {
    /// Reads a port; `None` where it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        for (word, base) in [
            ("file(", Base::File as fn(Box<Self>) -> Base),
            ("made(", Base::Made),
        ] {
            if let Some(rest) = text.strip_prefix(word) {
                let (inner, behind) = rest.rsplit_once(')')?;
                return Some(Self {
                    base: base(Box::new(Self::parse(inner)?)),
                    parts: steps(behind)?,
                });
            }
        }
        if let Some(rest) = text.strip_prefix("arg.") {
            let end = rest.find(['.', '[', '~']).unwrap_or(rest.len());
            let (head, behind) = rest.split_at_checked(end)?;
            if head == "*" {
                return Some(Self {
                    base: Base::EveryArg,
                    parts: steps(behind)?,
                });
            }
            let (mut position, mut names) = (None, Vec::new());
            for word in head.split('|') {
                match word.parse::<i32>() {
                    Ok(at) => position = Some(at),
                    Err(_) => names.push(word.to_owned()),
                }
            }
            return Some(Self {
                base: Base::Arg { position, names },
                parts: steps(behind)?,
            });
        }
        let end = text.find(['.', '[', '~']).unwrap_or(text.len());
        let (head, behind) = text.split_at_checked(end)?;
        let base = match head {
            "self" => Base::Receiver,
            "return" => Base::Return,
            _ => return None,
        };
        Some(Self {
            base,
            parts: steps(behind)?,
        })
    }

    /// The position of the callback a port speaks of, with the steps behind.
    pub fn callback(&self) -> Option<&Part> {
        self.parts
            .iter()
            .find(|p| matches!(p, Part::Param(_) | Part::Returned))
    }
}

fn steps(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix("[*]") {
            parts.push(Part::Elem);
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix('[') {
            let (inner, behind) = behind.split_once(']')?;
            let inner = inner.trim_matches(['"', '\'']);
            parts.push(match inner.strip_suffix(':') {
                Some(from) => Part::From(from.parse().ok()?),
                None => Part::Key(inner.to_owned()),
            });
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix('~') {
            let end = behind.find(['.', '[', '~']).unwrap_or(behind.len());
            let (word, behind) = behind.split_at_checked(end)?;
            parts.push(if word == "keys" {
                Part::KeyOf
            } else {
                Part::Decode(encoding(word)?)
            });
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix('.') {
            let end = behind.find(['.', '[', '~']).unwrap_or(behind.len());
            let (word, mut behind) = behind.split_at_checked(end)?;
            if word == "param" {
                let number = behind.strip_prefix('.')?;
                let end = number.find(['.', '[', '~']).unwrap_or(number.len());
                let (number, after) = number.split_at_checked(end)?;
                parts.push(Part::Param(number.parse().ok()?));
                behind = after;
            } else if word == "return" {
                parts.push(Part::Returned);
            } else if word == "*" {
                parts.push(Part::Elem);
            } else {
                parts.push(Part::Key(word.to_owned()));
            }
            rest = behind;
        } else {
            return None;
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_parse() {
        let arg = |position, names: &[&str]| Base::Arg {
            position,
            names: names.iter().map(|n| (*n).to_owned()).collect(),
        };
        assert_eq!(
            Port::parse("arg.0|args[1:]"),
            Some(Port {
                base: arg(Some(0), &["args"]),
                parts: vec![Part::From(1)]
            })
        );
        assert_eq!(
            Port::parse("arg.-1.param.1"),
            Some(Port {
                base: arg(Some(-1), &[]),
                parts: vec![Part::Param(1)]
            })
        );
        assert_eq!(
            Port::parse("arg.Bucket"),
            Some(Port {
                base: arg(None, &["Bucket"]),
                parts: vec![]
            })
        );
        assert_eq!(
            Port::parse("return.Item[*]~json.a").map(|p| p.parts.len()),
            Some(4)
        );
        assert_eq!(
            Port::parse("file(arg.0)").map(|p| matches!(p.base, Base::File(_))),
            Some(true)
        );
        assert_eq!(Port::parse("nonsense"), None);
    }
}
