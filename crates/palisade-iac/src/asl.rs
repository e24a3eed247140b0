//! State machines in the Amazon States Language: which tasks run, on what data, after which others.

use palisade_model::source::Span;
use palisade_model::text::{Part, Symbol, Text};
use palisade_model::workflow::{Selection, StatePath, Task, Workflow};
use rustc_hash::FxHashMap;

use crate::look;
use crate::value::{Value, ValueKind};

/// Most states of one machine, those of nested machines included.
const STATES_MAX: usize = 10_000;
/// Deepest nesting of machines.
const DEEP_MAX: usize = 16;

/// Reads a definition.
pub fn workflow(definition: &Value) -> Workflow {
    let mut machine = Machine::default();
    let start = machine.read(definition, &Exit::End, false, false, 0);
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
}

impl Machine {
    /// Reads one machine and answers where it starts.
    fn read(
        &mut self,
        value: &Value,
        exit: &Exit,
        in_map: bool,
        jsonata: bool,
        deep: usize,
    ) -> Vec<usize> {
        let Some(states) = look::first(value, "States") else {
            return exit.states();
        };
        if deep > DEEP_MAX {
            return exit.states();
        }
        let jsonata = jsonata || look::word(value, "QueryLanguage") == Some("JSONata");
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
            self.state(
                name,
                span,
                state,
                at,
                &index,
                exit,
                &Place {
                    in_map,
                    jsonata,
                    deep,
                },
            );
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
        let jsonata = match look::word(value, "QueryLanguage") {
            Some(language) => language == "JSONata",
            None => place.jsonata,
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
            inner.extend(self.read(branch, &after, place.in_map, jsonata, place.deep + 1));
        }
        for key in ["Iterator", "ItemProcessor"] {
            if let Some(iterator) = look::first(value, key) {
                inner.extend(self.read(iterator, &after, true, jsonata, place.deep + 1));
            }
        }
        let task = (look::word(value, "Type") == Some("Task")).then(|| {
            self.tasks
                .push(task(name, span, value, place.in_map, jsonata));
            self.tasks.len() - 1
        });
        if !inner.is_empty() {
            next = inner;
        }
        if let Some(state) = self.states.get_mut(at) {
            *state = State { task, next };
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
        Workflow { tasks, edges }
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

struct Place {
    in_map: bool,
    jsonata: bool,
    deep: usize,
}

impl Exit {
    fn states(&self) -> Vec<usize> {
        match self {
            Self::End => Vec::new(),
            Self::To(states) => states.clone(),
        }
    }
}

fn task(name: &str, span: Span, value: &Value, in_map: bool, jsonata: bool) -> Task {
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
        input: if in_map { widen(input) } else { input },
        result: data_path(value, "ResultPath"),
        selector,
        output: data_path(value, "OutputPath"),
        span,
    }
}

/// What a function gets: `Payload` of `lambda:invoke`, else the parameters, else the state's input.
fn input(value: &Value, arguments: Option<&Value>, invokes: bool, jsonata: bool) -> Selection {
    let base = data_path(value, "InputPath");
    let selected = match arguments {
        None => Selection::Path(Vec::new()),
        Some(arguments) if invokes => {
            let payload = dynamic(arguments, "Payload");
            match payload {
                Some((text, true)) => path_or_expression(&text, jsonata),
                Some((_, false)) => look::first(arguments, "Payload")
                    .map_or(Selection::Constant, |payload| selection(payload, jsonata)),
                None => look::first(arguments, "Payload")
                    .map_or(Selection::Constant, |payload| selection(payload, jsonata)),
            }
        }
        Some(arguments) => selection(arguments, jsonata),
    };
    match base {
        Some(base) => under(selected, &base),
        None => match selected {
            Selection::Path(_) => Selection::Constant,
            other => other,
        },
    }
}

/// The text of `Key.$`, or of `Key` where it is a scalar; the flag says that it is an expression.
fn dynamic(value: &Value, key: &str) -> Option<(String, bool)> {
    let with = format!("{key}.$");
    if let Some(text) = look::all(value, &with)
        .into_iter()
        .find_map(|(_, v)| look::text(v))
    {
        return Some((text.words(), true));
    }
    look::first_text(value, key).map(|text| (text.words(), false))
}

/// Where a selection comes from, relative to the data it is applied to.
fn selection(value: &Value, jsonata: bool) -> Selection {
    match &value.kind {
        ValueKind::Map(entries) => Selection::Map(
            entries
                .iter()
                .map(|(key, inner)| match key.text.strip_suffix(".$") {
                    Some(name) if !jsonata => {
                        let text = look::text(inner).map(|t| t.words()).unwrap_or_default();
                        (name.to_owned(), path_or_expression(&text, false))
                    }
                    _ => (key.text.clone(), selection(inner, jsonata)),
                })
                .collect(),
        ),
        ValueKind::List(items) => {
            let constant = items
                .iter()
                .all(|v| selection(v, jsonata) == Selection::Constant);
            if constant {
                Selection::Constant
            } else {
                Selection::Anything
            }
        }
        ValueKind::Scalar(text, _) if jsonata && text.words().trim_start().starts_with("{%") => {
            path_or_expression(&text.words(), true)
        }
        ValueKind::OneOf(_) | ValueKind::Unknown(..) => Selection::Anything,
        _ => Selection::Constant,
    }
}

fn path_or_expression(text: &str, jsonata: bool) -> Selection {
    let text = text.trim();
    if jsonata {
        let Some(inner) = text.strip_prefix("{%").and_then(|t| t.strip_suffix("%}")) else {
            return Selection::Constant;
        };
        let inner = inner.trim();
        for root in ["$states.input", "$states.result"] {
            if let Some(rest) = inner.strip_prefix(root)
                && let Some(path) = keys(rest)
            {
                return Selection::Path(path);
            }
        }
        return Selection::Anything;
    }
    if let Some(context) = text.strip_prefix("$$") {
        return if context.starts_with(".Execution.Input")
            || context.starts_with(".Map")
            || context.is_empty()
        {
            Selection::Anything
        } else {
            Selection::Constant
        };
    }
    match text.strip_prefix('$').and_then(keys) {
        Some(path) => Selection::Path(path),
        None if text.starts_with("States.UUID") => Selection::Constant,
        None => Selection::Anything,
    }
}

/// The keys of `.a.b['c']`; none for filters, slices and the like.
fn keys(text: &str) -> Option<StatePath> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("['").or_else(|| rest.strip_prefix("[\"")) {
            let end = after.find(['\'', '"'])?;
            found.push(after.get(..end)?.to_owned());
            rest = after.get(end + 1..)?.strip_prefix(']')?;
        } else {
            let after = rest.strip_prefix('.')?;
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let key = after.get(..end)?;
            if key.is_empty()
                || !key
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
            {
                return None;
            }
            found.push(key.to_owned());
            rest = after.get(end..)?;
        }
    }
    Some(found)
}

fn data_path(value: &Value, key: &str) -> Option<StatePath> {
    if let ValueKind::Map(entries) = &value.kind
        && let Some((_, inner)) = entries.iter().find(|(k, _)| k.text == key)
    {
        if look::is_nothing(inner) {
            return None;
        }
        let words = look::text(inner).map(|t| t.words()).unwrap_or_default();
        return Some(words.strip_prefix('$').and_then(keys).unwrap_or_default());
    }
    Some(Vec::new())
}

/// A selection of the data at `base`, seen from the whole data.
fn under(selection: Selection, base: &[String]) -> Selection {
    match selection {
        Selection::Path(path) => Selection::Path(base.iter().cloned().chain(path).collect()),
        Selection::Map(entries) => Selection::Map(
            entries
                .into_iter()
                .map(|(key, inner)| (key, under(inner, base)))
                .collect(),
        ),
        other => other,
    }
}

/// Inside an iteration the data is one item, not the state's own data: a path may be anything of it.
fn widen(selection: Selection) -> Selection {
    match selection {
        Selection::Path(_) => Selection::Anything,
        Selection::Map(entries) => Selection::Map(
            entries
                .into_iter()
                .map(|(key, inner)| (key, widen(inner)))
                .collect(),
        ),
        other => other,
    }
}

/// `lambda:invoke` wraps what the function returns in `Payload`; selections are kept relative to what it returns.
fn unwrap(selection: Selection) -> Selection {
    match selection {
        Selection::Path(path) => match path.split_first() {
            None => Selection::Map(vec![("Payload".to_owned(), Selection::Path(Vec::new()))]),
            Some((first, rest)) if first == "Payload" => Selection::Path(rest.to_vec()),
            Some(_) => Selection::Constant,
        },
        Selection::Map(entries) => Selection::Map(
            entries
                .into_iter()
                .map(|(key, inner)| (key, unwrap(inner)))
                .collect(),
        ),
        other => other,
    }
}
