//! Finds the field that a path read by a function ends at.

use crate::shape::{Encoding, Field, Key, Shape, Step, Type};

/// Where a path ends.
#[derive(Clone, PartialEq, Debug)]
pub enum Walk<'a> {
    /// At a leaf, or below it in what only its sender knows.
    Leaf {
        /// The leaf.
        field: &'a Field,
        /// How many names and elements the path goes on past the leaf; decodings are not counted.
        beyond: usize,
        /// What the platform encoded on the way and the path decodes.
        undone: Vec<Encoding>,
        /// What the platform encoded and the path does not decode.
        missing: Vec<Encoding>,
    },
    /// Above the leaves: a whole part of the event.
    Above {
        /// The part.
        field: &'a Field,
        /// The most exposed leaf in it, and the steps from here to it.
        worst: Option<(&'a Field, Vec<Step>)>,
    },
    /// Nowhere: this source sends no such field.
    Missing,
}

impl Walk<'_> {
    /// How exposed the place is; 0 for nothing.
    fn exposure(&self) -> u16 {
        match self {
            Self::Leaf { field, .. } => 2 + 2 * u16::from(field.exposure()),
            Self::Above { worst, .. } => {
                1 + 2 * worst
                    .as_ref()
                    .map_or(0, |(field, _)| u16::from(field.exposure()))
            }
            Self::Missing => 0,
        }
    }
}

impl Shape {
    /// Where a path through an event of this source ends.
    ///
    /// `nested` are the events that lie in it, outermost first: the walk goes on in them at envelope fields.
    /// A decoding that is missing or one too many never makes a path end nowhere.
    #[must_use]
    pub fn walk<'a>(&'a self, steps: &[Step], nested: &[&'a Self]) -> Walk<'a> {
        descend(&self.root, steps, bounded(nested), Vec::new())
    }

    /// The slot of the source's store that a path reads, with the name taken for `*`.
    #[must_use]
    pub fn slot(&self, steps: &[Step]) -> Option<String> {
        let mut field = &self.root;
        let mut taken = "*";
        let mut slot = field.slot.as_deref();
        for step in steps {
            field = match step {
                Step::Decode(_) => continue,
                Step::Key(name) => match field.named(name) {
                    Some(child) => {
                        if field
                            .child(&Key::AnyKey)
                            .is_some_and(|any| std::ptr::eq(any, child))
                            && slot.is_none()
                        {
                            taken = name;
                        }
                        child
                    }
                    None => {
                        // The names below a leaf are its sender's.
                        if taken == "*" {
                            taken = name;
                        }
                        break;
                    }
                },
                Step::Elem => match field
                    .child(&Key::Elements)
                    .or_else(|| field.child(&Key::AnyKey))
                {
                    Some(child) => child,
                    None => break,
                },
                Step::KeyOf => break,
            };
            slot = field.slot.as_deref().or(slot);
        }
        slot.map(|slot| slot.replace('*', taken))
    }
}

/// Envelopes nest a few deep at most; the bound keeps hostile input from branching without end.
fn bounded<'s, 'a>(nested: &'s [&'a Shape]) -> &'s [&'a Shape] {
    nested.get(..6).unwrap_or(nested)
}

fn descend<'a>(
    field: &'a Field,
    steps: &[Step],
    nested: &[&'a Shape],
    mut undone: Vec<Encoding>,
) -> Walk<'a> {
    let mut missing = field.encodings.clone();
    let (decodings, rest) = steps.split_at(leading_decodings(steps));
    for step in decodings {
        undo(step, &mut missing, &mut undone);
    }
    let is_text = field.kind == Type::Text && !decodings.iter().any(is_structural_decoding);
    if field.envelope
        && let [inner, others @ ..] = nested
    {
        let json = is_text.then_some(Step::Decode(Encoding::Json));
        let undo_first = missing.into_iter().map(Step::Decode).chain(json);
        let mut found = descend(&inner.root, rest, others, undone);
        if let (
            true,
            Walk::Above {
                worst: Some((_, way)),
                ..
            },
        ) = (rest.is_empty(), &mut found)
        {
            way.splice(0..0, undo_first);
        }
        return found;
    }
    let Some((step, tail)) = rest.split_first() else {
        if field.is_leaf() || is_text {
            return at_leaf(field, rest, missing, undone);
        }
        let trail = missing.into_iter().map(Step::Decode).collect();
        return Walk::Above {
            field,
            worst: worst_below(field, trail, nested),
        };
    };
    let below = match step {
        _ if field.is_leaf() => return at_leaf(field, rest, missing, undone),
        Step::Key(name) => field.named(name).map_or(Walk::Missing, |child| {
            descend(child, tail, nested, undone.clone())
        }),
        Step::KeyOf => field
            .child(&Key::AnyKey)
            .map_or(Walk::Missing, |field| Walk::Leaf {
                field,
                beyond: structural(tail),
                undone: undone.clone(),
                missing: Vec::new(),
            }),
        _ => any_child(field, tail, nested, &undone),
    };
    // Text whose form the sender alone knows may hold anything else.
    if below == Walk::Missing && field.kind == Type::Text && field.encodings.is_empty() {
        return at_leaf(field, rest, missing, undone);
    }
    below
}

fn leading_decodings(steps: &[Step]) -> usize {
    steps
        .iter()
        .take_while(|step| matches!(step, Step::Decode(_)))
        .count()
}

fn is_structural_decoding(step: &Step) -> bool {
    matches!(
        step,
        Step::Decode(Encoding::Json | Encoding::Form | Encoding::Mime)
    )
}

/// An element of a list, or an entry under a name that is not known: the most exposed one.
fn any_child<'a>(
    field: &'a Field,
    tail: &[Step],
    nested: &[&'a Shape],
    undone: &[Encoding],
) -> Walk<'a> {
    if let Some(element) = field.child(&Key::Elements) {
        return descend(element, tail, nested, undone.to_vec());
    }
    most_exposed(field, tail, nested, undone).map_or(Walk::Missing, |(_, found)| found)
}

/// The child under which a path ends most exposed, and where; the first of several.
pub(crate) fn most_exposed<'a>(
    field: &'a Field,
    tail: &[Step],
    nested: &[&'a Shape],
    undone: &[Encoding],
) -> Option<(&'a Key, Walk<'a>)> {
    let mut best: Option<(&Key, Walk<'_>)> = None;
    for (key, child) in &field.children {
        let found = descend(child, tail, nested, undone.to_vec());
        let known = best.as_ref().map_or(0, |(_, walk)| walk.exposure());
        if found.exposure() > known {
            best = Some((key, found));
        }
    }
    best
}

fn at_leaf<'a>(
    field: &'a Field,
    rest: &[Step],
    mut missing: Vec<Encoding>,
    mut undone: Vec<Encoding>,
) -> Walk<'a> {
    let beyond = structural(rest);
    if beyond > 0 && !field.kind.carries_text() {
        return Walk::Missing;
    }
    for step in rest {
        undo(step, &mut missing, &mut undone);
    }
    // JSON and mails hold their texts as they are. Whoever reads a part has decoded the whole, except that
    // a character of a URL is still one.
    missing.retain(|encoding| match encoding {
        Encoding::Url => true,
        Encoding::Json | Encoding::Mime => false,
        _ => beyond == 0,
    });
    Walk::Leaf {
        field,
        beyond,
        undone,
        missing,
    }
}

fn undo(step: &Step, missing: &mut Vec<Encoding>, undone: &mut Vec<Encoding>) {
    let Step::Decode(encoding) = step else { return };
    // Form decoding undoes percent encoding, too.
    let undoes = |needed: &Encoding| {
        needed == encoding || (*needed == Encoding::Url && *encoding == Encoding::Form)
    };
    if let Some(at) = missing.iter().position(undoes) {
        undone.push(missing.remove(at));
    }
}

fn structural(steps: &[Step]) -> usize {
    steps
        .iter()
        .filter(|step| !matches!(step, Step::Decode(_)))
        .count()
}

/// The most exposed leaf below a field and the steps to it, after those given; the first of several.
fn worst_below<'a>(
    field: &'a Field,
    mut trail: Vec<Step>,
    nested: &[&'a Shape],
) -> Option<(&'a Field, Vec<Step>)> {
    let mut best = None;
    search_children(field, nested, &mut trail, &mut best);
    best
}

type Best<'a> = Option<(&'a Field, Vec<Step>)>;

fn search<'a>(field: &'a Field, nested: &[&'a Shape], trail: &mut Vec<Step>, best: &mut Best<'a>) {
    let depth = trail.len();
    let enclosed = if field.envelope {
        nested.split_first()
    } else {
        None
    };
    if enclosed.is_some() || !field.is_leaf() {
        trail.extend(field.encodings.iter().copied().map(Step::Decode));
    }
    if let Some((inner, others)) = enclosed {
        if field.kind == Type::Text {
            trail.push(Step::Decode(Encoding::Json));
        }
        search(&inner.root, others, trail, best);
    } else if !field.is_leaf() {
        search_children(field, nested, trail, best);
    } else if best
        .as_ref()
        .is_none_or(|(known, _)| field.exposure() > known.exposure())
    {
        *best = Some((field, trail.clone()));
    }
    trail.truncate(depth);
}

fn search_children<'a>(
    field: &'a Field,
    nested: &[&'a Shape],
    trail: &mut Vec<Step>,
    best: &mut Best<'a>,
) {
    let depth = trail.len();
    for (key, child) in &field.children {
        trail.push(match key {
            Key::Name(name) => Step::Key(name.clone()),
            Key::AnyKey | Key::Elements => Step::Elem,
        });
        search(child, nested, trail, best);
        trail.truncate(depth);
    }
}
