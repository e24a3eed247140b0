//! Resources as a template spells them: `!GetAtt Table.Arn`, `!Sub ${Bucket.Arn}/*`.

use palisade_model::address::{construct_variable, logical_id};
use palisade_model::text::{Part, Symbol, Text};

/// A text in the short form of YAML.
pub fn spelled(text: &Text) -> String {
    if let Some(literal) = text.literal() {
        return literal.to_owned();
    }
    match text.symbol() {
        Some(symbol) if let Some(variable) = variable(symbol) => variable,
        Some(Symbol::Attr(_, address, attribute)) if attribute == "Ref" => {
            format!("!Ref {}", logical_id(address))
        }
        Some(Symbol::Attr(_, address, attribute)) => {
            format!("!GetAtt {}.{attribute}", logical_id(address))
        }
        Some(Symbol::Parameter(_, name) | Symbol::Pseudo(name)) => format!("!Ref {name}"),
        Some(Symbol::Import(name)) => format!("!ImportValue {name}"),
        Some(other) => other.words(),
        None => format!("!Sub {}", pattern(text)),
    }
}

/// What `Fn::Sub` takes for a text.
pub(super) fn pattern(text: &Text) -> String {
    let part = |part: &Part| match part {
        Part::Literal(literal) => literal.clone(),
        Part::Hole(symbol) if let Some(variable) = variable(symbol) => variable,
        Part::Hole(Symbol::Attr(_, address, attribute)) if attribute == "Ref" => {
            format!("${{{}}}", logical_id(address))
        }
        Part::Hole(Symbol::Attr(_, address, attribute)) => {
            format!("${{{}.{attribute}}}", logical_id(address))
        }
        Part::Hole(symbol) => symbol.words(),
    };
    text.parts().iter().map(part).collect()
}

/// The variable of a service that stands for a symbol.
pub(super) fn variable(symbol: &Symbol) -> Option<String> {
    match symbol {
        Symbol::Attr(_, address, attribute) => construct_variable(address, attribute),
        _ => None,
    }
}
