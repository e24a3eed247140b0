//! Resources as a template spells them: `!GetAtt Table.Arn`, `!Sub ${Bucket.Arn}/*`.

use palisade_model::text::{Part, Symbol, Text};

/// A text in the short form of YAML.
pub fn spelled(text: &Text) -> String {
    if let Some(literal) = text.literal() {
        return literal.to_owned();
    }
    if let Some(symbol) = text.symbol() {
        return match symbol {
            Symbol::Attr(_, address, attribute) if attribute == "Ref" => {
                format!("!Ref {}", logical(address))
            }
            Symbol::Attr(_, address, attribute) => {
                format!("!GetAtt {}.{attribute}", logical(address))
            }
            Symbol::Parameter(_, name) | Symbol::Pseudo(name) => format!("!Ref {name}"),
            Symbol::Import(name) => format!("!ImportValue {name}"),
            other => other.words(),
        };
    }
    let mut out = "!Sub ".to_owned();
    for part in text.parts() {
        match part {
            Part::Literal(literal) => out.push_str(literal),
            Part::Hole(Symbol::Attr(_, address, attribute)) if attribute == "Ref" => {
                out.push_str(&format!("${{{}}}", logical(address)));
            }
            Part::Hole(Symbol::Attr(_, address, attribute)) => {
                out.push_str(&format!("${{{}.{attribute}}}", logical(address)));
            }
            Part::Hole(symbol) => out.push_str(&symbol.words()),
        }
    }
    out
}

/// The logical id of an address: functions of the Serverless Framework have one that is made from their key.
pub fn logical(address: &str) -> String {
    let Some(key) = address.strip_prefix("functions.") else {
        return address.to_owned();
    };
    let mut name = String::new();
    for (at, letter) in key.chars().enumerate() {
        match letter {
            '-' => name.push_str("Dash"),
            '_' => name.push_str("Underscore"),
            letter if at == 0 => name.extend(letter.to_uppercase()),
            letter => name.push(letter),
        }
    }
    name.push_str("LambdaFunction");
    name
}
