//! Text that is to be written: pieces of YAML and JSON, laid out in the manner of the file they go to.

use crate::document::{NodeRef, Shape, quoted};

use super::sheet::{Habit, Sheet};

/// Something to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Piece {
    /// A text, quoted where it must be.
    Word(String),
    /// A number or flag: never quoted.
    Plain(String),
    /// An intrinsic with its argument: `Ref`, `Fn::GetAtt`, `Fn::Sub` and so on.
    Call(&'static str, Box<Piece>),
    /// The author's own text of one line; something else where brackets stand around it and it has no quotes.
    Own(String, Option<Box<Piece>>),
    /// Lines copied from the file; whether the first stands behind its key; the same without lines, for brackets.
    Lines(Vec<String>, bool, Box<Piece>),
    /// A list.
    List(Vec<Piece>),
    /// A map.
    Map(Vec<(String, Piece)>),
}

impl Piece {
    pub(crate) fn word(text: &str) -> Self {
        Self::Word(text.to_owned())
    }

    pub(crate) fn map<'k>(entries: impl IntoIterator<Item = (&'k str, Self)>) -> Self {
        let entries = entries.into_iter();
        Self::Map(
            entries
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }

    pub(crate) fn call(name: &'static str, argument: Self) -> Self {
        Self::Call(name, Box::new(argument))
    }

    /// What stands at a node, to be written again elsewhere; its comments go along.
    pub(crate) fn copy(sheet: &Sheet<'_>, node: NodeRef) -> Self {
        let text = sheet.slice(node);
        let mut lines = text.lines().map(|line| line.trim_end_matches('\r'));
        let first = lines.next().unwrap_or("").to_owned();
        let rest: Vec<&str> = lines.collect();
        let block = matches!(sheet.shape(node), Some(Shape::Map(_) | Shape::List(_)))
            && !sheet.is_flow(node)
            && !first.starts_with('!');
        if rest.is_empty() {
            return if block {
                Self::Lines(vec![first], false, Box::new(Self::structure(sheet, node)))
            } else {
                Self::Own(first, None)
            };
        }
        let blanks = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let full = rest.iter().filter(|line| !line.trim().is_empty());
        let least = full.clone().map(blanks).min().unwrap_or(0);
        let cut = if block {
            sheet
                .column(sheet.document.span(node).start as usize)
                .min(least)
        } else {
            least
        };
        let rest = rest
            .into_iter()
            .map(|line| line.get(cut..).unwrap_or("").to_owned());
        Self::Lines(
            std::iter::once(first).chain(rest).collect(),
            !block,
            Box::new(Self::structure(sheet, node)),
        )
    }

    /// What stands at a node, without its lines and comments.
    fn structure(sheet: &Sheet<'_>, node: NodeRef) -> Self {
        let tag = sheet.node(node).and_then(|node| node.tag.as_deref());
        let inner = match sheet.shape(node) {
            Some(Shape::Map(entries)) => Self::Map(
                entries
                    .iter()
                    .map(|entry| (entry.key.to_string(), Self::structure(sheet, entry.value)))
                    .collect(),
            ),
            Some(Shape::List(items)) => {
                let items = items.iter().map(|item| Self::structure(sheet, *item));
                Self::List(items.collect())
            }
            Some(Shape::Scalar(scalar)) if tag.is_some() || sheet.slice(node).contains('\n') => {
                Self::Word(scalar.text.to_string())
            }
            Some(Shape::Scalar(scalar)) => {
                let word = Self::Word(scalar.text.to_string());
                Self::Own(sheet.slice(node).to_owned(), Some(Box::new(word)))
            }
            _ => Self::Own(sheet.slice(node).to_owned(), None),
        };
        match tag {
            None => inner,
            Some(tag) => match CALLS
                .iter()
                .find(|call| call.trim_start_matches("Fn::") == tag.trim_start_matches('!'))
            {
                Some(call) => match (*call, &inner) {
                    ("Fn::GetAtt", Self::Word(text)) => {
                        let parts = text.split('.').map(Self::word).collect();
                        Self::call(call, Self::List(parts))
                    }
                    _ => Self::call(call, inner),
                },
                None => Self::Own(sheet.slice(node).to_owned(), None),
            },
        }
    }

    /// Behind `key:` whose first character stands in a column.
    pub(crate) fn after_key(&self, column: usize, habit: &Habit) -> String {
        let line = |indent: usize| format!("{}{}", habit.newline, " ".repeat(indent));
        match self {
            Self::List(items) if !items.is_empty() => {
                let dash = column + habit.dash;
                let gap = " ".repeat(habit.gap.saturating_sub(1));
                let item = |item: &Self| {
                    format!(
                        "{}-{gap}{}",
                        line(dash),
                        item.block(dash + habit.gap, habit)
                    )
                };
                items.iter().map(item).collect()
            }
            Self::Map(entries) if !entries.is_empty() => {
                let column = column + habit.step;
                format!("{}{}", line(column), Self::entries(entries, column, habit))
            }
            Self::Call(name, argument) if !self.is_short(habit) => {
                Self::Map(vec![((*name).to_owned(), (**argument).clone())]).after_key(column, habit)
            }
            Self::Lines(lines, inline, _) => {
                let indent = line(column + habit.step);
                let list = lines.first().is_some_and(|line| line.starts_with('-'));
                let indent = if list && !inline {
                    line(column + habit.dash)
                } else {
                    indent
                };
                let text = lines.join(&indent);
                if *inline {
                    format!(" {text}")
                } else {
                    format!("{indent}{text}")
                }
            }
            _ => format!(" {}", self.flow(habit, false)),
        }
    }

    /// In block style, its first character in a column and on the present line.
    pub(crate) fn block(&self, column: usize, habit: &Habit) -> String {
        match self {
            Self::Call("Fn::If", argument) if self.is_short(habit) => {
                let line = format!("{}{}", habit.newline, " ".repeat(column));
                format!("!If{line}{}", argument.block(column, habit))
            }
            Self::List(items) if !items.is_empty() => {
                let line = format!("{}{}", habit.newline, " ".repeat(column));
                let gap = " ".repeat(habit.gap.saturating_sub(1));
                let item = |item: &Self| format!("-{gap}{}", item.block(column + habit.gap, habit));
                items.iter().map(item).collect::<Vec<_>>().join(&line)
            }
            Self::Map(entries) if !entries.is_empty() => Self::entries(entries, column, habit),
            Self::Call(name, argument) if !self.is_short(habit) => {
                Self::Map(vec![((*name).to_owned(), (**argument).clone())]).block(column, habit)
            }
            Self::Lines(lines, inline, _) => {
                let more = if *inline { habit.step } else { 0 };
                lines.join(&format!("{}{}", habit.newline, " ".repeat(column + more)))
            }
            _ => self.flow(habit, false),
        }
    }

    fn entries(entries: &[(String, Self)], column: usize, habit: &Habit) -> String {
        let line = format!("{}{}", habit.newline, " ".repeat(column));
        let entry = |(key, value): &(String, Self)| {
            format!(
                "{}:{}",
                word(key, habit, false),
                value.after_key(column, habit)
            )
        };
        entries.iter().map(entry).collect::<Vec<_>>().join(&line)
    }

    /// Whether a call may stand as a tag: not around another tag.
    fn is_short(&self, habit: &Habit) -> bool {
        match self {
            Self::Call(_, argument) => {
                habit.tags && !matches!(**argument, Self::Call(..) | Self::Map(_))
            }
            _ => true,
        }
    }

    /// On one line; `brackets` tells whether some stand around it.
    pub(crate) fn flow(&self, habit: &Habit, brackets: bool) -> String {
        match self {
            Self::Word(text) => word(text, habit, brackets),
            Self::Plain(text) => text.clone(),
            Self::Own(text, instead) => match instead {
                Some(instead) if brackets && !is_closed(text) => instead.flow(habit, brackets),
                _ => text.clone(),
            },
            Self::Lines(lines, _, _) if habit.json => lines.join(habit.newline),
            Self::Lines(_, _, instead) => instead.flow(habit, brackets),
            Self::Call(name, argument) if !habit.json && self.is_short(habit) => {
                let tag = name.trim_start_matches("Fn::");
                match (&**argument, *name) {
                    (Self::List(parts), "Fn::GetAtt") => {
                        let dotted: Vec<&str> = parts.iter().filter_map(Self::text).collect();
                        format!("!{tag} {}", dotted.join("."))
                    }
                    (Self::Word(text), "Fn::Sub") => format!("!{tag} {}", quote(text, habit)),
                    (argument, "Ref") => format!("!{tag} {}", argument.flow(habit, false)),
                    (argument, _) => format!("!{tag} {}", argument.flow(habit, brackets)),
                }
            }
            Self::Call(name, argument) => {
                let key = if habit.json {
                    quoted(name)
                } else {
                    quote(name, habit)
                };
                format!("{{{key}: {}}}", argument.flow(habit, true))
            }
            Self::List(items) => {
                let each: Vec<String> = items.iter().map(|item| item.flow(habit, true)).collect();
                format!("[{}]", each.join(", "))
            }
            Self::Map(entries) => {
                let entry = |(key, value): &(String, Self)| {
                    format!("{}: {}", word(key, habit, true), value.flow(habit, true))
                };
                let each: Vec<String> = entries.iter().map(entry).collect();
                format!("{{{}}}", each.join(", "))
            }
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Word(text) => Some(text),
            _ => None,
        }
    }

    /// In brackets over several lines; the line it begins on is indented by `indent`.
    pub(crate) fn tall(&self, indent: &str, habit: &Habit) -> String {
        let inner = format!("{indent}{}", habit.unit);
        let (newline, comma) = (habit.newline, format!(",{}{inner}", habit.newline));
        match self {
            Self::List(items) if !items.is_empty() => {
                let each: Vec<String> = items.iter().map(|item| item.tall(&inner, habit)).collect();
                format!("[{newline}{inner}{}{newline}{indent}]", each.join(&comma))
            }
            Self::Map(entries) if !entries.is_empty() => {
                let entry = |(key, value): &(String, Self)| {
                    format!("{}: {}", word(key, habit, true), value.tall(&inner, habit))
                };
                let each: Vec<String> = entries.iter().map(entry).collect();
                format!("{{{newline}{inner}{}{newline}{indent}}}", each.join(&comma))
            }
            Self::Lines(lines, _, _) if habit.json => lines.join(&format!("{newline}{indent}")),
            Self::Lines(_, _, instead) => instead.tall(indent, habit),
            _ => self.flow(habit, true),
        }
    }
}

/// Intrinsics that are copied.
const CALLS: [&str; 11] = [
    "Ref",
    "Fn::If",
    "Fn::Sub",
    "Fn::Join",
    "Fn::GetAtt",
    "Fn::Split",
    "Fn::Select",
    "Fn::Base64",
    "Fn::FindInMap",
    "Fn::ImportValue",
    "Fn::GetAZs",
];

/// Whether a text may stand in brackets as it is: in quotes, or without a sign that brackets give a meaning.
fn is_closed(text: &str) -> bool {
    let bare = match text.strip_prefix('!') {
        Some(tagged) => tagged.split_once(' ').map_or("", |(_, rest)| rest.trim()),
        None => text,
    };
    bare.starts_with(['"', '\'', '[', '{']) || !bare.contains([',', '[', ']', '{', '}', ':'])
}

/// A word, in quotes where it must be.
fn word(text: &str, habit: &Habit, brackets: bool) -> String {
    if habit.json {
        return quoted(text);
    }
    if is_plain(text) && !(brackets && text.contains(':')) {
        text.to_owned()
    } else {
        quote(text, habit)
    }
}

fn quote(text: &str, habit: &Habit) -> String {
    let odd = text.chars().any(char::is_control);
    if habit.json || habit.quote == '"' || odd {
        quoted(text)
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// Words that some reader of YAML takes for something else than text.
const TAKEN: [&str; 12] = [
    "true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf", "nil",
];

fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:*-+=@".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(plain)
        && !text.ends_with(':')
        && !TAKEN.iter().any(|taken| text.eq_ignore_ascii_case(taken))
}
