//! Strings with holes, as the program builds them.

use crate::ir::Sym;

/// A piece of a shape.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Piece {
    /// Known characters.
    Literal(String),
    /// An environment variable.
    Env(Sym),
    /// A parameter of the function being looked at.
    Param(u16),
    /// Anything.
    Hole,
}

/// Text with holes. Invariant: no two literals adjoin, no two holes adjoin, at most 16 pieces.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Shape(Vec<Piece>);

const PIECES_MAX: usize = 16;

impl Shape {
    /// A shape of pieces.
    pub fn of(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let mut all: Vec<Piece> = Vec::new();
        for piece in pieces {
            let room = all.len() < PIECES_MAX;
            match (all.last_mut(), piece) {
                (_, Piece::Literal(text)) if text.is_empty() => {}
                (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(&text),
                (Some(Piece::Hole), Piece::Hole) => {}
                (_, piece) if room => all.push(piece),
                (Some(last), _) => *last = Piece::Hole,
                (None, _) => {}
            }
        }
        Self(all)
    }

    /// The pieces.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The text, if there is no hole.
    pub fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Known characters at the beginning.
    pub fn head(&self) -> &str {
        match self.0.first() {
            Some(Piece::Literal(text)) => text,
            _ => "",
        }
    }

    /// Known characters at the end.
    pub fn tail(&self) -> &str {
        match self.0.last() {
            Some(Piece::Literal(text)) => text,
            _ => "",
        }
    }
}
