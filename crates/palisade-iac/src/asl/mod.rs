//! State machines in the Amazon States Language: which tasks run, on what data, after which others.

mod data;
mod expression;

use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol, Text};
use palisade_model::workflow::{Copied, ELEMENT, INPUT, Selection, StatePath, Task, Workflow};
use rustc_hash::FxHashMap;

use crate::asl::data::{
    Place, below_input, data_path, input, items, of_elements, selection, unwrap,
};
use crate::asl::expression::Language;
use crate::look;
use crate::value::{Value, ValueKind};

/// Most states of one machine, those of nested machines included.
const STATES_MAX: usize = 10_000;
/// Deepest nesting of machines.
const DEEP_MAX: usize = 16;

/// Reads a definition.
pub fn workflow(definition: &Value) -> Workflow {
    let mut machine = Machine::default();
    let place = Place {
        language: Language {
            jsonata: false,
            variables: assigns(definition, 0),
        },
        ..Place::default()
    };
    let input = Selection::Path(vec![INPUT.to_owned()]);
    let start = machine.read(definition, input, &Exit::default(), &place);
    machine.finish(start)
}

/// Whether some state assigns variables.
fn assigns(value: &Value, depth: usize) -> bool {
    let deep = 4 * DEEP_MAX;
    depth < deep
        && look::entries(value).into_iter().any(|(_, key, _, inner)| {
            key == "Assign"
                || assigns(inner, depth + 1)
                || matches!(&inner.kind, ValueKind::List(items)
                    if items.iter().any(|item| assigns(item, depth + 1)))
        })
}

/// Puts the values of `DefinitionSubstitutions` in place of `${Name}` in every string.
pub fn substitute(value: &Value, substitutions: &FxHashMap<String, Text>) -> Value {
    if substitutions.is_empty() {
        return value.clone();
    }
    let kind = match &value.kind {
        ValueKind::Scalar(text, style) => {
            ValueKind::Scalar(substitute_text(text, substitutions), *style)
        }
        ValueKind::List(items) => {
            ValueKind::List(items.iter().map(|v| substitute(v, substitutions)).collect())
        }
        ValueKind::Map(entries) => ValueKind::Map(
            entries
                .iter()
                .map(|(key, v)| (key.clone(), substitute(v, substitutions)))
                .collect(),
        ),
        ValueKind::OneOf(branches) => ValueKind::OneOf(
            branches
                .iter()
                .map(|(guard, v)| (guard.clone(), substitute(v, substitutions)))
                .collect(),
        ),
        other => other.clone(),
    };
    Value {
        kind,
        origin: value.origin.clone(),
    }
}

/// `substitute` for one text.
pub fn substitute_text(text: &Text, substitutions: &FxHashMap<String, Text>) -> Text {
    let mut parts: Vec<Part> = Vec::new();
    for part in text.parts() {
        let Part::Literal(literal) = part else {
            // `Fn::Sub` over a definition whose placeholders are substitutions, not resources.
            if let Part::Hole(Symbol::Attr(_, name, attribute)) = part
                && attribute == "Ref"
                && let Some(value) = substitutions.get(name)
            {
                parts.extend(value.parts().iter().cloned());
            } else {
                parts.push(part.clone());
            }
            continue;
        };
        let mut rest = literal.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            parts.push(Part::Literal(before.to_owned()));
            match after.split_once('}') {
                Some((name, tail)) if substitutions.contains_key(name.trim()) => {
                    let value = substitutions.get(name.trim()).map_or(&[][..], Text::parts);
                    parts.extend(value.iter().cloned());
                    rest = tail;
                }
                _ => {
                    parts.push(Part::Literal("${".to_owned()));
                    rest = after;
                }
            }
        }
        parts.push(Part::Literal(rest.to_owned()));
    }
    Text::join(parts)
}

/// What follows the last state of a machine.
#[derive(Clone, Default)]
struct Exit {
    /// The states behind it.
    states: Vec<usize>,
    /// Where its data goes.
    into: Option<StatePath>,
}

#[derive(Clone, Debug, Default)]
struct State {
    task: Option<usize>,
    next: Vec<usize>,
}

#[derive(Default)]
struct Machine {
    states: Vec<State>,
    tasks: Vec<Task>,
    copies: Vec<Copied>,
}

/// Where the data before a state lies.
fn before(name: &str) -> StatePath {
    vec![format!("#{name}")]
}

/// Where the data behind a state lies.
fn behind(name: &str) -> StatePath {
    vec![format!("#{name}>")]
}

fn join(path: &StatePath, more: StatePath) -> StatePath {
    path.iter().cloned().chain(more).collect()
}

impl Machine {
    /// Reads one machine, which gets `from`, and answers where it starts.
    fn read(&mut self, value: &Value, from: Selection, exit: &Exit, place: &Place) -> Vec<usize> {
        let Some(states) = look::first(value, "States") else {
            return exit.states.clone();
        };
        if place.deep > DEEP_MAX {
            return exit.states.clone();
        }
        let mut place = place.clone();
        place.language.jsonata |= look::word(value, "QueryLanguage") == Some("JSONata");
        let mut index: FxHashMap<&str, usize> = FxHashMap::default();
        let mut written: Vec<(&str, Span, &Value, usize)> = Vec::new();
        for (_, name, span, state) in look::entries(states) {
            if self.states.len() >= STATES_MAX {
                break;
            }
            let at = self.states.len();
            self.states.push(State::default());
            index.insert(name, at);
            written.push((name, span, state, at));
        }
        for (name, span, state, at) in written {
            let mut place = place.clone();
            place.data = before(name);
            if let Some(language) = look::word(state, "QueryLanguage") {
                place.language.jsonata = language == "JSONata";
            }
            self.state(name, span, state, at, &index, exit, &place);
        }
        match look::word(value, "StartAt").and_then(|start| Some((start, index.get(start)?))) {
            Some((start, at)) => {
                self.copy(before(start), from);
                vec![*at]
            }
            None => exit.states.clone(),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one state with everything around it"
    )]
    fn state(
        &mut self,
        name: &str,
        span: Span,
        value: &Value,
        at: usize,
        index: &FxHashMap<&str, usize>,
        exit: &Exit,
        place: &Place,
    ) {
        let kind = look::word(value, "Type").unwrap_or_default();
        let passed = match data_path(value, "OutputPath") {
            Some(output) if kind != "Fail" => Selection::Path(join(&behind(name), output)),
            _ => Selection::Constant,
        };
        let mut next: Vec<usize> = Vec::new();
        let names = |value: &Value, key: &str| -> Option<(String, usize)> {
            let name = look::word(value, key)?;
            Some((name.to_owned(), *index.get(name)?))
        };
        match names(value, "Next") {
            Some((name, state)) => {
                self.copy(before(&name), passed.clone());
                next.push(state);
            }
            None if kind == "Choice" => {}
            None => {
                if let Some(into) = &exit.into {
                    self.copy(into.clone(), passed.clone());
                }
                next.extend(exit.states.iter().copied());
            }
        }
        for (_, choice) in look::each_at(value, "Choices") {
            if let Some((name, state)) = names(choice, "Next") {
                let from = match look::first(choice, "Output") {
                    Some(output) => place.absolute(selection(output, place.language)),
                    None => passed.clone(),
                };
                self.copy(before(&name), from);
                next.push(state);
            }
        }
        if let Some((name, state)) = names(value, "Default") {
            self.copy(before(&name), passed);
            next.push(state);
        }
        for (_, catch) in look::each_at(value, "Catch") {
            if let Some((name, state)) = names(catch, "Next") {
                self.caught(catch, &name, place);
                next.push(state);
            }
        }
        let inner = self.inner(name, value, &next, place);
        let task = (kind == "Task").then(|| {
            self.tasks.push(task(name, span, value, place));
            self.tasks.len() - 1
        });
        self.hand_on(name, kind, value, place);
        if !inner.is_empty() {
            next = inner;
        }
        if let Some(state) = self.states.get_mut(at) {
            *state = State { task, next };
        }
    }

    /// The machines inside a state; answers where they start.
    fn inner(&mut self, name: &str, value: &Value, next: &[usize], place: &Place) -> Vec<usize> {
        let exit = Exit {
            states: next.to_vec(),
            into: Some(vec![format!("#{name}{ELEMENT}")]),
        };
        let below = Place {
            deep: place.deep + 1,
            ..place.clone()
        };
        let given = |keys: &[&str]| {
            let found = keys.iter().find_map(|key| look::first(value, key));
            found.map(|given| below_input(value, selection(given, place.language)))
        };
        let whole = || below_input(value, Selection::Path(Vec::new()));
        let mut start: Vec<usize> = Vec::new();
        for (_, branch) in look::each_at(value, "Branches") {
            let from = given(&["Parameters", "Arguments"]).unwrap_or_else(whole);
            start.extend(self.read(branch, place.absolute(from), &exit, &below));
        }
        for key in ["Iterator", "ItemProcessor"] {
            if let Some(iterator) = look::first(value, key) {
                let item = item(value, place);
                let inside = Place {
                    item: Some(item.clone()),
                    ..below.clone()
                };
                let from = match given(&["ItemSelector", "Parameters"]) {
                    Some(selected) => inside.absolute(selected),
                    None => item,
                };
                start.extend(self.read(iterator, from, &exit, &inside));
            }
        }
        start
    }

    /// What a state makes of the data before it.
    fn hand_on(&mut self, name: &str, kind: &str, value: &Value, place: &Place) {
        let behind = behind(name);
        let language = place.language;
        let output = look::first(value, "Output").map(|output| selection(output, language));
        let kept = Selection::Path(place.data.clone());
        match kind {
            "Task" | "Map" | "Parallel" => {
                let result = data_path(value, "ResultPath");
                if kind != "Task"
                    && let Some(result) = &result
                {
                    let selector =
                        look::first(value, "ResultSelector").map(|s| selection(s, language));
                    let taken = selector.or(output.clone());
                    let taken = place.of_result(taken.unwrap_or_else(|| whole_result(place)));
                    let element = vec![format!("#{name}{ELEMENT}")];
                    self.gather(join(&behind, result.clone()), taken, &element);
                }
                match (output, result) {
                    (Some(output), _) => self.copy(behind, place.absolute(output)),
                    (None, None) => self.copy(behind, kept),
                    (None, Some(result)) if result.is_empty() => {}
                    (None, Some(result)) => self.copies.push(Copied {
                        but: Some(join(&behind, result)),
                        to: behind,
                        from: kept,
                    }),
                }
            }
            "Pass" if output.is_none() => {
                let selected = match look::first(value, "Parameters") {
                    Some(given) => selection(given, language),
                    None if look::get(value, "Result").is_some() => Selection::Constant,
                    None => Selection::Path(Vec::new()),
                };
                match data_path(value, "ResultPath") {
                    None => self.copy(behind, kept),
                    Some(result) => {
                        let to = join(&behind, result.clone());
                        if !result.is_empty() {
                            self.copies.push(Copied {
                                to: behind,
                                from: kept,
                                but: Some(to.clone()),
                            });
                        }
                        self.copy(to, place.absolute(below_input(value, selected)));
                    }
                }
            }
            _ => {
                let taken = output.unwrap_or(Selection::Path(Vec::new()));
                self.copy(behind, place.absolute(below_input(value, taken)));
            }
        }
    }

    /// The result of a `Map` or `Parallel`: a list of what each way gives, or what is selected of it.
    fn gather(&mut self, to: StatePath, taken: Selection, element: &StatePath) {
        if let Selection::Map(entries) = taken {
            for (key, inner) in entries {
                self.gather(join(&to, vec![key]), inner, element);
            }
            return;
        }
        match of_elements(taken, element) {
            Some(selected) => self.copy(to, selected),
            None => {
                let list = join(&to, vec![ELEMENT.to_owned()]);
                self.copy(list, Selection::Path(element.clone()));
            }
        }
    }

    /// What the state behind an error gets.
    fn caught(&mut self, catch: &Value, name: &str, place: &Place) {
        let to = before(name);
        if let Some(output) = look::first(catch, "Output") {
            let from = place.absolute(selection(output, place.language));
            return self.copy(to, from);
        }
        let but = data_path(catch, "ResultPath").map(|result| join(&to, result));
        // By default the error takes the place of all.
        if but.as_ref() != Some(&to) {
            self.copies.push(Copied {
                to,
                from: Selection::Path(place.data.clone()),
                but,
            });
        }
    }

    fn copy(&mut self, to: StatePath, from: Selection) {
        if from != Selection::Constant {
            self.copies.push(Copied {
                to,
                from,
                but: None,
            });
        }
    }

    /// Joins tasks that follow each other, other states skipped.
    fn finish(self, start: Vec<usize>) -> Workflow {
        // Tasks are numbered in the order in which they are written.
        let mut order: Vec<usize> = (0..self.tasks.len()).collect();
        order.sort_by_key(|at| self.tasks.get(*at).map(|t| (t.span.start, t.name.clone())));
        let mut place = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            if let Some(slot) = place.get_mut(*old) {
                *slot = new;
            }
        }
        let number = |old: usize| place.get(old).copied().unwrap_or(old);
        let mut edges: Vec<(Option<usize>, usize)> = Vec::new();
        for to in self.tasks_from(&start) {
            edges.push((None, number(to)));
        }
        for state in &self.states {
            if let Some(task) = state.task {
                for to in self.tasks_from(&state.next) {
                    edges.push((Some(number(task)), number(to)));
                }
            }
        }
        edges.sort_unstable();
        edges.dedup();
        let tasks = order
            .iter()
            .filter_map(|at| self.tasks.get(*at).cloned())
            .collect();
        let mut copies = self.copies;
        copies.sort_by(|a, b| a.to.cmp(&b.to));
        copies.dedup();
        Workflow {
            tasks,
            edges,
            copies,
        }
    }

    fn tasks_from(&self, start: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.states.len()];
        let mut open: Vec<usize> = start.to_vec();
        let mut found = Vec::new();
        while let Some(at) = open.pop() {
            let Some(flag) = seen.get_mut(at) else {
                continue;
            };
            if std::mem::replace(flag, true) {
                continue;
            }
            let Some(state) = self.states.get(at) else {
                continue;
            };
            match state.task {
                Some(task) => found.push(task),
                None => open.extend(&state.next),
            }
        }
        found
    }
}

/// What an item of a `Map` is.
fn item(value: &Value, place: &Place) -> Selection {
    match below_input(value, items(value, place.language)) {
        Selection::Path(path) => match place.absolute(Selection::Path(path)) {
            Selection::Path(path) => Selection::Path(join(&path, vec!["*".to_owned()])),
            other => other,
        },
        Selection::Map(_) => Selection::Anything,
        other => place.absolute(other),
    }
}

/// The whole result, in the words of the state's language.
fn whole_result(place: &Place) -> Selection {
    if place.language.jsonata {
        Selection::Path(vec![expression::RESULT.to_owned()])
    } else {
        Selection::Path(Vec::new())
    }
}

fn task(name: &str, span: Span, value: &Value, place: &Place) -> Task {
    let language = place.language;
    let resource = look::first_text(value, "Resource").unwrap_or_default();
    let words = resource.words();
    let invokes = words.contains(":states:::lambda:invoke")
        || words.contains(":states:::aws-sdk:lambda:invoke");
    let arguments = look::first(value, "Parameters").or_else(|| look::first(value, "Arguments"));
    let function = invokes
        .then(|| {
            arguments.map(|a| {
                look::first_text(a, "FunctionName").unwrap_or_else(|| {
                    Text::hole(Symbol::Opaque(format!("FunctionName of {name}")))
                })
            })
        })
        .flatten();
    let input = input(value, arguments, invokes, language);
    let taken = ["ResultSelector", "Output"]
        .iter()
        .find_map(|key| look::first(value, key))
        .map_or_else(|| whole_result(place), |taken| selection(taken, language));
    let mut selector = place.of_result(taken);
    if invokes {
        selector = unwrap(selector);
    }
    Task {
        name: name.to_owned(),
        resource,
        function,
        input: place.absolute(input),
        result: data_path(value, "ResultPath").map(|result| join(&behind(name), result)),
        selector,
        span,
    }
}
