//! State machines in the Amazon States Language: which tasks run, on what data, after which others.

mod data;

use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol, Text};
use palisade_model::workflow::{Copied, ELEMENT, Selection, StatePath, Task, Workflow};
use rustc_hash::FxHashMap;

use crate::asl::data::{Place, blurred, data_path, input, items, selection, under, unwrap};
use crate::look;
use crate::value::{Value, ValueKind};

/// Most states of one machine, those of nested machines included.
const STATES_MAX: usize = 10_000;
/// Deepest nesting of machines.
const DEEP_MAX: usize = 16;

/// Reads a definition.
pub fn workflow(definition: &Value) -> Workflow {
    let mut machine = Machine::default();
    let start = machine.read(definition, &Exit::End, &Place::default());
    machine.finish(start)
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
#[derive(Clone, Debug)]
enum Exit {
    End,
    To(Vec<usize>),
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

impl Machine {
    /// Reads one machine and answers where it starts.
    fn read(&mut self, value: &Value, exit: &Exit, place: &Place) -> Vec<usize> {
        let Some(states) = look::first(value, "States") else {
            return exit.states();
        };
        if place.deep > DEEP_MAX {
            return exit.states();
        }
        let place = Place {
            jsonata: place.jsonata || look::word(value, "QueryLanguage") == Some("JSONata"),
            ..place.clone()
        };
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
            self.state(name, span, state, at, &index, exit, &place);
        }
        match look::word(value, "StartAt").and_then(|start| index.get(start)) {
            Some(start) => vec![*start],
            None => exit.states(),
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
        let place = Place {
            jsonata: match look::word(value, "QueryLanguage") {
                Some(language) => language == "JSONata",
                None => place.jsonata,
            },
            ..place.clone()
        };
        let below = Place {
            deep: place.deep + 1,
            ..place.clone()
        };
        let mut next: Vec<usize> = Vec::new();
        let go = |name: Option<&str>| name.and_then(|n| index.get(n).copied());
        match go(look::word(value, "Next")) {
            Some(state) => next.push(state),
            None if look::word(value, "Type") == Some("Choice") => {}
            None => next.extend(exit.states()),
        }
        for (_, choice) in look::each_at(value, "Choices") {
            next.extend(go(look::word(choice, "Next")));
        }
        next.extend(go(look::word(value, "Default")));
        for (_, catch) in look::each_at(value, "Catch") {
            next.extend(go(look::word(catch, "Next")));
        }
        let mut inner: Vec<usize> = Vec::new();
        let after = Exit::To(next.clone());
        for (_, branch) in look::each_at(value, "Branches") {
            inner.extend(self.read(branch, &after, &below));
        }
        for key in ["Iterator", "ItemProcessor"] {
            if let Some(iterator) = look::first(value, key) {
                let below = self.iteration(name, value, &below);
                inner.extend(self.read(iterator, &after, &below));
            }
        }
        let task = (look::word(value, "Type") == Some("Task")).then(|| {
            self.tasks.push(task(name, span, value, &place));
            self.tasks.len() - 1
        });
        if task.is_none() {
            self.hand_on(value, &place);
        }
        if !inner.is_empty() {
            next = inner;
        }
        if let Some(state) = self.states.get_mut(at) {
            *state = State { task, next };
        }
    }

    /// What a `Map` gives its items, and its result what became of them; answers where the states inside stand.
    fn iteration(&mut self, name: &str, value: &Value, place: &Place) -> Place {
        let jsonata = place.jsonata;
        let input = data_path(value, "InputPath");
        let each = match (&input, items(value, jsonata)) {
            (Some(base), Selection::Path(path)) => place.absolute(Selection::Path(
                base.iter()
                    .cloned()
                    .chain(path)
                    .chain(["*".to_owned()])
                    .collect(),
            )),
            (None, Selection::Path(_)) | (_, Selection::Constant) => Selection::Constant,
            _ => Selection::Anything,
        };
        let inside = Place {
            data: place.at(vec![format!("{name}{ELEMENT}")]),
            item: Some(each.clone()),
            ..place.clone()
        };
        let selector =
            look::first(value, "ItemSelector").or_else(|| look::first(value, "Parameters"));
        let from = match selector {
            Some(selector) => {
                let selected = selection(selector, jsonata);
                let selected = match &input {
                    Some(base) => under(selected, base),
                    None => selected,
                };
                Place {
                    data: place.data.clone(),
                    ..inside.clone()
                }
                .absolute(selected)
            }
            None => each,
        };
        self.copy(inside.data.clone(), from);
        self.gather(value, place, Selection::Path(inside.data.clone()));
        inside
    }

    /// The result of a `Map` or `Parallel`: a list of what each way gives.
    fn gather(&mut self, value: &Value, place: &Place, each: Selection) {
        let Some(result) = data_path(value, "ResultPath") else {
            return;
        };
        let selector =
            look::first(value, "ResultSelector").or_else(|| look::first(value, "Output"));
        let mut to = place.at(result);
        match selector {
            // What it takes of a list is not told apart.
            Some(selector) => self.copy(to, blurred(selection(selector, place.jsonata))),
            None => {
                to.push(ELEMENT.to_owned());
                self.copy(to, each);
            }
        }
    }

    /// What a state that runs nothing makes of the data.
    fn hand_on(&mut self, value: &Value, place: &Place) {
        match look::word(value, "Type") {
            Some("Parallel") => {
                self.gather(value, place, Selection::Path(place.data.clone()));
            }
            Some("Pass") => {
                let given =
                    look::first(value, "Parameters").or_else(|| look::first(value, "Output"));
                let selected = match given {
                    Some(given) => selection(given, place.jsonata),
                    None if look::get(value, "Result").is_some() => Selection::Constant,
                    None => Selection::Path(Vec::new()),
                };
                let from = match data_path(value, "InputPath") {
                    Some(base) => under(selected, &base),
                    None => Selection::Constant,
                };
                if let Some(result) = data_path(value, "ResultPath") {
                    self.copy(place.at(result), place.absolute(from));
                }
            }
            Some("Map") => {}
            _ => {
                if let Some(base) = data_path(value, "InputPath") {
                    self.copy(place.data.clone(), Selection::Path(place.at(base)));
                }
            }
        }
        if let Some(base) = data_path(value, "OutputPath") {
            self.copy(place.data.clone(), Selection::Path(place.at(base)));
        }
    }

    fn copy(&mut self, to: StatePath, from: Selection) {
        let itself = matches!(&from, Selection::Path(path) if *path == to);
        if !itself && from != Selection::Constant {
            self.copies.push(Copied { to, from });
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
        Workflow {
            tasks,
            edges,
            copies: self.copies,
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

impl Exit {
    fn states(&self) -> Vec<usize> {
        match self {
            Self::End => Vec::new(),
            Self::To(states) => states.clone(),
        }
    }
}

fn task(name: &str, span: Span, value: &Value, place: &Place) -> Task {
    let jsonata = place.jsonata;
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
    let input = input(value, arguments, invokes, jsonata);
    let mut selector = match look::first(value, "ResultSelector") {
        Some(selector) => selection(selector, jsonata),
        None if jsonata => match look::first(value, "Output") {
            Some(output) => selection(output, true),
            None => Selection::Path(Vec::new()),
        },
        None => Selection::Path(Vec::new()),
    };
    if invokes {
        selector = unwrap(selector);
    }
    Task {
        name: name.to_owned(),
        resource,
        function,
        input: place.absolute(input),
        result: data_path(value, "ResultPath").map(|path| place.at(path)),
        selector: place.absolute_item(selector),
        output: data_path(value, "OutputPath").map(|path| place.at(path)),
        data: place.data.clone(),
        span,
    }
}
