//! Documents as people really write them: broken, half, with placeholders, aliases and odd keys.

mod kit;

use std::time::Instant;

use kit::{Read, With, read, read_with};

fn resources(count: usize, broken: usize) -> String {
    let mut text = "Resources:\n".to_owned();
    for at in 1..=count {
        text.push_str(&format!("  R{at}:\n    Type: A::B::C\n"));
        let tab = if at == broken { "\t" } else { " " };
        text.push_str(&format!("    Properties:\n   {tab}  X: {at}\n"));
    }
    text
}

#[test]
fn a_tab_costs_its_resource_alone() {
    let read = read(&resources(41, 40));
    let expected: Vec<String> = (1..=41)
        .filter(|n| *n != 40)
        .map(|n| format!("R{n}"))
        .collect();
    assert_eq!(read.resources(), expected);
    assert_eq!(read.problems().len(), 1, "{:?}", read.problems());
    let problem = &read.problems()[0];
    assert!(problem.starts_with("161:"), "{problem}");
    assert!(
        problem.contains("entry `R40` was left out (lines 158-161)"),
        "{problem}"
    );
}

#[test]
fn broken_resources_cost_themselves() {
    let cases = [
        "    Properties: {X: [1, 2}\n",
        "    Properties: {X: [1, 2\n",
        "    Properties: \"open\n",
        "    Properties: 'it''s' more\n",
        "    Properties: a: b\n",
        "    Properties: @x\n",
        "   Properties: 1\n",
        "    Properties:\n      - a\n     - b\n",
        "<<<<<<< HEAD\n",
        "]   Properties: 1\n",
        "torn:\n    Properties: 1\n",
        "@   Properties: 1\n",
        "\u{0}\n",
    ];
    for case in cases {
        let text = format!(
            "Resources:\n  A:\n    Type: A::B::C\n  B:\n    Type: A::B::C\n{case}  C:\n    Type: A::B::C\n    Properties:\n      X: !Sub 'x'\n  D:\n    Type: A::B::C\nOutputs:\n  O: {{Value: 1}}\n"
        );
        let read = read(&text);
        let found = read.resources();
        assert!(found.contains(&"A".to_owned()), "{case} {found:?}");
        assert!(
            found.contains(&"C".to_owned()),
            "{case} {found:?} {:?}",
            read.problems()
        );
        assert!(found.contains(&"D".to_owned()), "{case} {found:?}");
        assert_eq!(read.problems().len(), 1, "{case} {:?}", read.problems());
    }
}

#[test]
fn half_files_keep_what_is_whole() {
    let whole = resources(5, 0);
    for cut in 20..whole.len() {
        let half = whole.get(..cut).unwrap();
        let read = read(half);
        let before = half.matches("Type: A::B::C\n").count();
        assert!(read.resources().len() >= before.saturating_sub(1), "{cut}");
    }
    let json = r#"{
  "Resources": {
    "A": {
      "Type": "A::B::C"
    },
    "B": {
      "Type": "A::B::C",
      "Properties": {"x": [1, 2"#;
    let read = read_with(
        json,
        &With {
            path: "t.json",
            ..With::default()
        },
    );
    assert_eq!(read.resources(), ["A"]);
    assert_eq!(read.problems().len(), 1);
}

#[test]
fn broken_json_costs_its_entry() {
    let json = "{\n  \"Resources\": {\n    \"A\": {\n      \"Type\": \"A::B::C\"\n    },\n    \"B\": {\n      \"Type\" \"A::B::C\"\n    },\n    \"C\": {\n      \"Type\": \"A::B::C\"\n    }\n  }\n}";
    let read = read_with(
        json,
        &With {
            path: "t.json",
            ..With::default()
        },
    );
    assert_eq!(read.resources(), ["A", "C"]);
    assert_eq!(read.problems().len(), 1);
    assert!(
        read.problems()[0].starts_with("7:"),
        "{:?}",
        read.problems()
    );
}

#[test]
fn brackets_and_quotes_off_balance_in_json_cost_their_entry() {
    let entry = |name: &str| {
        format!(
            "    \"{name}\": {{\n      \"Type\": \"A::B::C\",\n      \"Properties\": {{\"x\": [1]}}\n    }}"
        )
    };
    let names = ["A", "B", "C", "D"];
    let whole = format!(
        "{{\n  \"Resources\": {{\n{}\n  }}\n}}",
        names.map(entry).join(",\n")
    );
    for (from, to) in [
        ("\"Type\": \"A::B::C\",", "\"Type\": \"A::B::C,"),
        ("\"Properties\": {", "\"Properties\": "),
        ("[1]}", "[1}"),
        ("[1]}", "[1]"),
        ("[1]}", "[1]}}"),
        ("      \"Type\"", "]      \"Type\""),
    ] {
        let torn = entry("B").replacen(from, to, 1);
        let text = whole.replacen(&entry("B"), &torn, 1);
        let read = read_with(
            &text,
            &With {
                path: "t.json",
                ..With::default()
            },
        );
        assert_eq!(
            read.resources(),
            ["A", "C", "D"],
            "{to} {:?}",
            read.problems()
        );
        assert_eq!(read.problems().len(), 1, "{to} {:?}", read.problems());
    }
}

#[test]
fn placeholders_are_holes() {
    let read = read(
        "
Resources:
{%- if cookiecutter.x %}
  {{cookiecutter.name}}Function:
    Type: {{cookiecutter.kind}}
    Properties:
      Handler: src/{{ cookiecutter.name }}.handler
      Quoted: \"{{cookiecutter.name}}\"
      Content: '{{ InstanceId }}'
      Erb: <%= name %>
      Code: |
        {{ kept }} {% kept %}
        {{ alone }}
{%- endif %}
  R: {Type: A::B::C}
",
    );
    assert_eq!(read.resources(), ["{{cookiecutter.name}}Function", "R"]);
    let template = read.template.as_ref().unwrap();
    assert_eq!(template.resources[0].type_name, "{{cookiecutter.kind}}");
    let properties = &template.resources[0].properties;
    assert_eq!(
        read.print(properties),
        "{Handler: src/{{ cookiecutter.name }}.handler, Quoted: {{cookiecutter.name}}, Content: {{ InstanceId }}, Erb: <%= name %>, Code: {{ kept }} {% kept %}\n{{ alone }}\n}"
    );
    let holes: Vec<bool> = properties
        .entries()
        .iter()
        .map(|(_, v)| v.literal().is_none())
        .collect();
    assert_eq!(holes, [true, true, false, true, false]);
    assert!(read.problems().is_empty(), "{:?}", read.problems());
}

#[test]
fn placeholders_in_json() {
    let json = "{\"Resources\": {\"R\": {\"Type\": \"A::B::C\", \"Properties\": {\"P\": {{cookiecutter.size}}, \"Q\": \"{{cookiecutter.name}}\"}}}}";
    let read = read_with(
        json,
        &With {
            path: "t.json",
            ..With::default()
        },
    );
    let properties = read.properties();
    assert_eq!(
        read.print(&properties),
        "{P: {{cookiecutter.size}}, Q: {{cookiecutter.name}}}"
    );
    assert!(properties.get("Q").unwrap().literal().is_none());
}

#[test]
fn duplicate_and_null_keys() {
    let read = read(
        "
Resources:
  R:
    Type: A::B::C
    Properties:
      Handler: a
      X: 1
      Handler: b
      null: 2
      ~: 3
",
    );
    assert_eq!(read.print(&read.properties()), "{X: 1, Handler: b}");
    assert_eq!(
        read.problems(),
        [
            "9: key is null: the entry was left out; quote it (`\"null\"`) if the word is meant",
            "10: key is null: the entry was left out; quote it (`\"~\"`) if the word is meant",
            "8: duplicate key `Handler`, first on line 6: which one holds is undefined; the last was read",
        ]
    );
}

#[test]
fn aliases_and_merges() {
    let read = read(
        "
Common: &a {x: 1, y: 2}
Other: &b {y: 3, z: 4}
Resources:
  R:
    Type: A::B::C
    Properties:
      <<: [*a, *b]
      x: own
      again: *a
",
    );
    assert_eq!(
        read.print(&read.properties()),
        "{x: own, again: {x: 1, y: 2}, y: 2, z: 4}"
    );
    assert!(read.problems().is_empty());
}

#[test]
fn aliases_that_bite() {
    let read = read("Resources: {R: {Type: A::B::C, Properties: &p {P: *p, Q: *nobody, S: 1}}}");
    assert_eq!(
        read.print(&read.properties()),
        "{P: ?Unsupported *p, Q: ?Unsupported *nobody, S: 1}"
    );
    assert_eq!(read.problems().len(), 2, "{:?}", read.problems());
}

#[test]
fn a_bomb_costs_nothing() {
    let mut text = "B:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let below = format!("*a{}, ", level - 1).repeat(9);
        text.push_str(&format!("  a{level}: &a{level} [{below}]\n"));
    }
    text.push_str("  m0: &m0 {k: v}\n");
    for level in 1..30 {
        let below = format!("*m{}, ", level - 1).repeat(9);
        text.push_str(&format!("  m{level}: &m{level} {{<<: [{below}]}}\n"));
    }
    text.push_str(
        "Resources:\n  R: {Type: A::B::C, Properties: {P: *a29, M: *m29}}\n  S: {Type: A::B::C}\n",
    );
    let start = Instant::now();
    let read = read(&text);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    assert_eq!(read.resources().len(), 2);
    assert!(
        read.problems()
            .iter()
            .any(|p| p.contains("aliases make more than")),
        "{:?}",
        read.problems()
    );
    assert!(
        read.problems()
            .iter()
            .any(|p| p.contains("evaluated values")),
        "{:?}",
        read.problems()
    );
}

#[test]
fn slips_are_told() {
    let read = read(
        "
Resources:
  R: {Type: A::B::C, Properties: {P: !!ImportValue x}}
  L: [a]
  T: {Properties: {}}
",
    );
    assert_eq!(read.property(), "?Unsupported !!ImportValue x");
    assert_eq!(
        read.problems(),
        [
            "3: tag `!!ImportValue` does not exist: the value stays unknown; did you mean `!ImportValue`?",
            "4: resource `L` is no map: it was left out",
            "5: resource `T` has no `Type`: it was left out",
        ]
    );
}

#[test]
fn sections_of_the_wrong_shape() {
    let read = read("AWSTemplateFormatVersion: 2010-09-09\nResources:\n  - R: {Type: A::B::C}\n");
    assert_eq!(
        read.problems(),
        ["2: Resources must be a map of logical ids, found a list: the section was left out",]
    );
}

#[test]
fn nothing_is_no_template_and_no_problem() {
    for text in [
        "",
        "# only a comment\n",
        "---\n",
        "null",
        "\u{feff}",
        "\n\n",
        "---\n# x\n...\n",
    ] {
        let read = read(text);
        assert!(read.template.is_none(), "{text:?}");
        assert!(read.problems().is_empty(), "{text:?} {:?}", read.problems());
    }
}

#[test]
fn marks_and_line_ends() {
    for text in [
        "\u{feff}Resources:\r\n  R:\r\n    Type: A::B::C\r\n    Properties: {P: ä, Q: é}\r\n",
        "\u{feff}---\nResources: {R: {Type: A::B::C, Properties: {P: ä, Q: é}}}\n",
    ] {
        let read = read(text);
        let at = read.properties().get("Q").unwrap().origin.span;
        assert_eq!(read.sources.slice(at), "é");
        assert!(read.problems().is_empty());
    }
    let json =
        "\u{feff}{\"Resources\": {\"R\": {\"Type\": \"A::B::C\", \"Properties\": {\"P\": \"ä\"}}}}";
    let read = read_with(
        json,
        &With {
            path: "t.json",
            ..With::default()
        },
    );
    let at = read.properties().get("P").unwrap().origin.span;
    assert_eq!(read.sources.slice(at), "\"ä\"");
}

#[test]
fn json_under_a_name_of_yaml() {
    let text = "{\n\t\"Resources\": {\n\t\t\"R\": {\"Type\": \"A::B::C\",\n\t\t\"Properties\": {\"P\": 1}}\n\t}\n}";
    let read = read(text);
    assert_eq!(read.property(), "1");
    assert!(read.problems().is_empty(), "{:?}", read.problems());
}

#[test]
fn the_second_document_counts_if_the_first_is_empty() {
    assert_eq!(
        read("---\n# nothing\n---\nResources: {R: {Type: A::B::C}}\n").resources(),
        ["R"]
    );
}

fn deep(read: impl Fn() -> Read) {
    let start = Instant::now();
    let read = read();
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    assert!(!read.problems().is_empty());
}

#[test]
fn a_hundred_thousand_levels() {
    let n = 100_000;
    for text in [
        "[".repeat(n),
        "{a: ".repeat(n),
        "- ".repeat(n),
        "? ".repeat(n),
        "!Sub [".repeat(n),
        format!("Resources: {}", "{a: [".repeat(n)),
        (0..3_000)
            .map(|level| format!("{}a:\n", " ".repeat(level)))
            .collect(),
    ] {
        deep(|| read(&text));
        deep(|| {
            read_with(
                &text,
                &With {
                    path: "t.json",
                    ..With::default()
                },
            )
        });
    }
    for text in [
        "[".repeat(n),
        "{\"a\":".repeat(n),
        format!("{}1{}", "[".repeat(n), "]".repeat(n)),
    ] {
        deep(|| {
            read_with(
                &text,
                &With {
                    path: "t.json",
                    ..With::default()
                },
            )
        });
    }
}

#[test]
fn deep_chains_of_aliases_end() {
    let mut text = "A:\n  a0: &a0 [x]\n".to_owned();
    for level in 1..20_000 {
        text.push_str(&format!("  a{level}: &a{level} [*a{}]\n", level - 1));
    }
    text.push_str("Resources: {R: {Type: A::B::C, Properties: {P: *a19999}}}\n");
    let read = read(&text);
    assert!(read.property().contains("?Limit"));
}

#[test]
fn what_is_slow_for_a_naive_reader_is_not() {
    let n = 40_000;
    let many = |line: &dyn Fn(usize) -> String| (0..n).map(line).collect::<String>();
    let r = "Resources:\n  R: {Type: A::B::C, Properties: {P: 1}}\n";
    let cases = [
        format!("{r}# {}\n", "{{".repeat(n * 10)),
        format!("{r}X: '{}'\n", "{{cookiecutter.x}}".repeat(n)),
        format!("{r}X: {}\n", "<%".repeat(n)),
        format!("{r}X:\n{}", many(&|i| format!("  k{i}: {i}\n"))),
        format!("{r}X:\n{}", many(&|i| format!("  k{}: {i}\n", i % 7))),
        format!(
            "Conditions:\n{}Resources:\n  R:\n    Type: A::B::C\n    Properties:\n{}",
            many(&|i| format!("  C{i}: !Equals [!Ref P{i}, a]\n")),
            many(&|i| format!("      k{i}: !If [C{i}, 1, 2]\n")),
        ),
        format!(
            "Parameters: {{P: {{Type: String}}}}\nMappings:\n  M:\n{}Resources:\n  R:\n    Type: A::B::C\n    Properties:\n{}",
            many(&|i| format!("    k{i}: {{a: {i}}}\n")),
            many(&|i| format!(
                "      k{i}: !FindInMap [M, !Ref P, a]\n      l{i}: !FindInMap [M, k{i}, a]\n"
            )),
        ),
        format!(
            "T: &t '{}'\nResources:\n  R:\n    Type: A::B::C\n    Properties:\n{}",
            "x".repeat(20_000),
            many(&|i| format!("      k{i}: *t\n"))
        ),
        format!(
            "Resources:\n  R: {{Type: A::B::C, Properties: {{P: !Sub '{}'}}}}\n",
            "${R}".repeat(n)
        ),
        format!(
            "Resources:\n  R: {{Type: A::B::C, Properties: {{P: !Sub '{}'}}}}\n",
            "${".repeat(n)
        ),
        format!(
            "Resources:\n  R: {{Type: A::B::C, Properties: {{P: '{}'}}}}\n",
            "{{resolve:".repeat(n)
        ),
        format!(
            "Resources:\n{}",
            many(&|i| format!("  R{i}: {{Type: A::B::C, Properties: {{P: [1, 2}}}}\n"))
        ),
        format!(
            "Resources:\n  R: {{Type: A::B::C}}\n  Fn::ForEach::A:\n    - X\n    - [{0}]\n    - Fn::ForEach::B: [Y, [{0}], {{'T${{X}}${{Y}}': {{Type: A::B::C}}}}]\n",
            (0..999)
                .map(|i| i.to_string())
                .collect::<Vec<_>>()
                .join(", ")
        ),
    ];
    for (at, text) in cases.iter().enumerate() {
        let start = Instant::now();
        let read = read(text);
        let took = start.elapsed();
        println!("case {at}: {took:?}, {} problems", read.problems.len());
        assert!(took.as_secs() < 8, "case {at}: {took:?}");
        assert!(read.problems.len() < 400, "case {at}");
    }
}
