//! What holds for every input: no panic, places inside the file, choices that exclude each other.

mod kit;

use kit::{Read, With, read_with};
use palisade_iac::document;
use palisade_iac::evaluate::value_in;
use palisade_iac::value::{Value, ValueKind};
use palisade_model::guard::{Axis, AxisId, Guard};
use palisade_model::index::IndexVec;
use palisade_model::limits::Limits;
use palisade_model::problem::ProblemPlace;
use palisade_model::source::{Sources, Span};
use proptest::prelude::*;

/// Pieces of templates, so that chance makes something that is nearly one.
const TOKENS: [&str; 74] = [
    "Resources",
    "Parameters",
    "Conditions",
    "Mappings",
    "Outputs",
    "Globals",
    "Type",
    "Properties",
    "Condition",
    "DependsOn",
    "Default",
    "AllowedValues",
    "AWS::S3::Bucket",
    "R",
    "P",
    "C",
    "M",
    "Ref",
    "Fn::Sub",
    "Fn::If",
    "Fn::ForEach::L",
    "Fn::Transform",
    "Fn::FindInMap",
    "Fn::Join",
    "!Ref",
    "!Sub",
    "!If",
    "!GetAtt",
    "!Join",
    "!Select",
    "!Split",
    "!FindInMap",
    "!Equals",
    "!Not",
    "!And",
    "!Or",
    "!Condition",
    "!ImportValue",
    "!!str",
    "!!ImportValue",
    "!Base64",
    "${P}",
    "${",
    "}",
    "&{L}",
    "{{resolve:ssm:/a}}",
    "{{cookiecutter.x}}",
    "{%",
    "%}",
    "<%",
    "&a",
    "*a",
    "<<",
    ": ",
    ":\n",
    "- ",
    "\n",
    "\n  ",
    "\n    ",
    "\n      ",
    "{",
    "[",
    "]",
    ", ",
    "\"",
    "'",
    "|\n",
    ">-\n",
    "#",
    "\t",
    "---\n",
    "\r\n",
    "ä",
    "\u{feff}",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&TOKENS[..]), 0..80).prop_map(|t| t.concat())
}

/// A condition over two parameters, nested.
fn condition() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        Just("!Equals [!Ref P, a]".to_owned()),
        Just("!Equals [!Ref P, b]".to_owned()),
        Just("!Equals [x, !Ref Q]".to_owned()),
        Just("!Equals [!Ref P, !Ref Q]".to_owned()),
        Just("!Equals [!Ref 'AWS::Region', eu]".to_owned()),
        Just("!Condition C0".to_owned()),
    ];
    atom.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|c| format!("!Not [{c}]")),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|c| format!("!And [{}]", c.join(", "))),
            prop::collection::vec(inner, 1..4).prop_map(|c| format!("!Or [{}]", c.join(", "))),
        ]
    })
}

/// A value with choices, nested.
fn choice() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("1".to_owned()),
        Just("!Ref P".to_owned()),
        Just("!Ref 'AWS::NoValue'".to_owned()),
        Just("!Sub 'x-${P}'".to_owned()),
        Just("!FindInMap [M, !Ref P, k]".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let name = prop::sample::select(vec!["C0", "C1", "C2"]);
        prop_oneof![
            (name, inner.clone(), inner.clone())
                .prop_map(|(c, a, b)| format!("!If [{c}, {a}, {b}]")),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|i| format!("[{}]", i.join(", "))),
            inner.clone().prop_map(|i| format!("{{k: {i}}}")),
            inner.prop_map(|i| format!("!Select [0, [{i}]]")),
        ]
    })
}

fn inside(span: Span, sources: &Sources) {
    let text = sources.text(span.file);
    assert!(
        text.get(span.start as usize..span.end as usize).is_some(),
        "{span:?} of {text:?}"
    );
}

fn places(value: &Value, sources: &Sources) {
    let mut origin = Some(&value.origin);
    while let Some(at) = origin {
        inside(at.span, sources);
        origin = at.via.as_deref();
    }
    match &value.kind {
        ValueKind::List(items) => items.iter().for_each(|i| places(i, sources)),
        ValueKind::Map(entries) => entries.iter().for_each(|(key, v)| {
            inside(key.span, sources);
            places(v, sources);
        }),
        ValueKind::OneOf(choices) => choices.iter().for_each(|(_, v)| places(v, sources)),
        _ => {}
    }
}

/// How many worlds (one value for each axis) satisfy a guard, over all axes.
fn worlds(axes: &IndexVec<AxisId, Axis>) -> Vec<Vec<u64>> {
    let mut all: Vec<Vec<u64>> = vec![Vec::new()];
    for axis in axes.iter() {
        let bits: Vec<u64> = (0..64)
            .map(|b| 1u64 << b)
            .filter(|b| axis.all() & b != 0)
            .collect();
        let with = |world: &Vec<u64>, bit: &u64| [world.as_slice(), &[*bit]].concat();
        all = all
            .iter()
            .flat_map(|w| bits.iter().map(move |b| with(w, b)))
            .collect();
    }
    all
}

fn holds(guard: &Guard, world: &[u64]) -> bool {
    guard
        .parts()
        .iter()
        .all(|(axis, set)| world.get(axis.0 as usize).is_some_and(|bit| bit & set != 0))
}

/// In every world of the outer guard exactly one branch holds, at every choice.
fn exclusive(value: &Value, outer: &[Vec<u64>]) {
    match &value.kind {
        ValueKind::List(items) => items.iter().for_each(|i| exclusive(i, outer)),
        ValueKind::Map(entries) => entries.iter().for_each(|(_, v)| exclusive(v, outer)),
        ValueKind::OneOf(choices) => {
            for world in outer {
                let true_ones = choices.iter().filter(|(g, _)| holds(g, world)).count();
                assert_eq!(true_ones, 1, "{choices:?}");
            }
            for (guard, inner) in choices {
                assert!(
                    !matches!(inner.kind, ValueKind::OneOf(_)),
                    "choices never nest"
                );
                let narrowed: Vec<Vec<u64>> =
                    outer.iter().filter(|w| holds(guard, w)).cloned().collect();
                exclusive(inner, &narrowed);
            }
        }
        _ => {}
    }
}

fn check_places(read: &Read) {
    for problem in &read.problems {
        if let ProblemPlace::Span(span) = problem.place {
            inside(span, &read.sources);
        }
    }
    let Some(template) = &read.template else {
        return;
    };
    for resource in &template.resources {
        [resource.id_span, resource.span, resource.type_span]
            .into_iter()
            .for_each(|span| inside(span, &read.sources));
        places(&resource.properties, &read.sources);
        places(&resource.metadata, &read.sources);
    }
    places(&template.outputs, &read.sources);
    places(&template.globals, &read.sources);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&bytes);
        for path in ["t.yaml", "t.json"] {
            check_places(&read_with(&text, &With { path, ..With::default() }));
        }
    }

    #[test]
    fn soup_never_panics(text in soup()) {
        for path in ["t.yaml", "t.json"] {
            check_places(&read_with(&text, &With { path, ..With::default() }));
        }
    }

    #[test]
    fn soup_in_resources_never_panics(text in soup(), more in soup()) {
        let text = format!("Parameters: {{P: {{Type: String}}}}\nResources:\n  A: {{Type: A::B::C, Properties: {{x: {text}}}}}\n  B:\n    Type: A::B::C\n    Properties:\n      {more}\n  Z: {{Type: A::B::C}}\n");
        let read = read_with(&text, &With::default());
        check_places(&read);
    }

    #[test]
    fn small_limits_never_panic(text in soup(), most in 0usize..20) {
        let limits = Limits {
            yaml_depth: most, json_depth: most, evaluation_depth: most, document_nodes: most,
            evaluated_values: most, loop_instances: most, choices: most, axes: most,
            text_bytes: most, stack_depth: most, ..Limits::default()
        };
        let text = format!("Resources:\n  A: {{Type: A::B::C, Properties: {{x: !Sub '${{P}}{most}'}}}}\n{text}");
        check_places(&read_with(&text, &With { limits: Some(limits), ..With::default() }));
    }

    #[test]
    fn plain_trees_are_json(text in soup()) {
        let mut sources = Sources::default();
        let file = sources.add("t.yaml", text);
        if let Some(document) = document::parse(&sources, file, &Limits::default(), &mut Vec::new()) {
            let json = document::to_json_text(&document);
            prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{}", json);
        }
    }

    #[test]
    fn documents_in_texts_stay_inside(key in "[a-zä\u{1F600}\\\\\"]{0,6}", value in soup(), style in 0usize..4) {
        let key = serde_json::Value::from(key).to_string();
        let value = serde_json::Value::from(value).to_string();
        let json = format!("{{{key}: [{value}, ${{R}}, {{{key}: \"${{P}}\"}}],\n  \"b\": {value}}}");
        let scalar = match style {
            0 => format!("!Sub |\n        {}", json.replace('\n', "\n        ")),
            1 => format!("!Sub {}", serde_json::Value::from(json)),
            2 => format!("!Sub '{}'", json.replace('\'', "''").replace('\n', "\n\n        ")),
            _ => format!("!Sub >\n        {}", json.replace('\n', "\n        ")),
        };
        let text = format!("Resources:\n  R:\n    Type: A::B::C\n    Properties:\n      P: {scalar}\n");
        let read = read_with(&text, &With::default());
        if read.template.as_ref().is_some_and(|t| t.resources.len() == 1) {
            let value = read.properties().field("P");
            let mut problems = Vec::new();
            let inner = value_in(&value, &read.sources, &Limits::default(), &mut problems);
            places(&inner, &read.sources);
        }
    }

    #[test]
    fn choices_exclude_and_cover(c0 in condition(), c1 in condition(), c2 in condition(), value in choice()) {
        let c0 = c0.replace("!Condition C0", "!Equals [!Ref P, c]");
        let text = format!("
Parameters:
  P: {{Type: String, Default: a, AllowedValues: [a, b, c]}}
  Q: {{Type: String, Default: x}}
Conditions:
  C2: {c2}
  C1: {c1}
  C0: {c0}
Mappings: {{M: {{a: {{k: 1}}, b: {{k: 2}}, c: {{k: 1}}}}}}
Resources:
  R: {{Type: A::B::C, Properties: {{P: {value}}}}}
  S: {{Type: A::B::C, Condition: C1, Properties: {{P: {value}}}}}
");
        let read = read_with(&text, &With::default());
        let worlds = worlds(&read.axes);
        let template = read.template.as_ref().unwrap();
        for resource in &template.resources {
            let exists: Vec<Vec<u64>> = worlds.iter().filter(|w| holds(&resource.exists, w)).cloned().collect();
            exclusive(&resource.properties, &exists);
        }
    }

    #[test]
    fn order_does_not_matter(c0 in condition(), c1 in condition(), value in choice()) {
        let c0 = c0.replace("!Condition C0", "!Equals [!Ref P, c]");
        let head = format!("
Parameters: {{P: {{Type: String, AllowedValues: [a, b, c]}}, Q: {{Type: String}}}}
Mappings: {{M: {{a: {{k: 1}}}}}}
Conditions: {{C0: {c0}, C1: {c1}, C2: !Not [!Condition C1]}}
");
        let r = format!("  R: {{Type: A::B::C, Properties: {{P: {value}}}}}\n");
        let s = "  S: {Type: A::B::C, Condition: C2, Properties: {P: !If [C1, 1, 2], Q: !If [C0, 1, 2]}}\n";
        let one = read_with(&format!("{head}Resources:\n{r}{s}"), &With::default());
        let two = read_with(&format!("{head}Resources:\n{s}{r}"), &With::default());
        prop_assert_eq!(one.print(&one.properties()), two.print(&two.properties()));
    }
}
