//! Each intrinsic function, in short and long form, and what stays of what cannot be resolved.

mod kit;

use kit::{With, read, read_with};

const HEAD: &str = "
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Size: {Type: Number, Default: 512}
  Open: {Type: String}
  Maybe: {Type: String, Default: ''}
  List: {Type: CommaDelimitedList, Default: 'a, b'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  HasMaybe: !Not [!Equals [!Ref Maybe, '']]
  Both: !And [!Condition IsProd, !Condition HasMaybe]
  Either: !Or [!Condition IsProd, !Condition HasMaybe]
  NotBoth: !Not [!Condition Both]
  Odd: !Equals [!Ref Open, !Ref Size]
  Always: !Equals [a, a]
  Never: {'Fn::Equals': [a, b]}
Mappings:
  ByStage: {dev: {size: 1, list: [x]}, prod: {size: 2, list: [y, z]}}
  ByRegion: {us-east-1: {ami: one}, eu-west-1: {ami: two}}
";

fn check(given: &[(&str, &str)], cases: &[(&str, &str)]) {
    for (written, expected) in cases {
        let text = format!(
            "{HEAD}Resources:\n  R:\n    Type: A::B::C\n    Properties:\n      P: {written}\n"
        );
        let read = read_with(
            &text,
            &With {
                given,
                ..With::default()
            },
        );
        assert_eq!(read.property(), *expected, "{written}");
    }
}

#[test]
fn references() {
    check(
        &[],
        &[
            ("!Ref Open", "${Open}"),
            ("{Ref: Open}", "${Open}"),
            ("!Ref Size", "~512"),
            ("!Ref List", "[~a, ~b]"),
            ("!Ref Stored", "~{{resolve:ssm:/a/b}}"),
            ("!Ref AWS::Region", "${AWS::Region}"),
            ("!Ref R", "${R}"),
            ("!Ref Stage", "Stage=dev -> dev | Stage=prod -> prod"),
            ("!Ref Maybe", "Maybe= ->  | Maybe=other -> ${Maybe}"),
            ("[a, !Ref AWS::NoValue, b]", "[a, b]"),
            ("{a: !Ref AWS::NoValue, b: 1}", "{b: 1}"),
            ("!GetAtt R.Arn", "${R.Arn}"),
            ("!GetAtt R.Outputs.X", "${R.Outputs.X}"),
            ("!GetAtt [R, Arn]", "${R.Arn}"),
            ("{'Fn::GetAtt': [R, Arn]}", "${R.Arn}"),
            ("{'Fn::GetAtt': R.Arn}", "${R.Arn}"),
        ],
    );
    check(
        &[("Stage", "prod"), ("Open", "x")],
        &[
            ("!Ref Stage", "prod"),
            ("!Sub a-${Stage}-${Open}", "a-prod-x"),
            ("!If [IsProd, yes, no]", "yes"),
        ],
    );
}

#[test]
fn texts() {
    check(
        &[],
        &[
            ("!Sub a-${Size}-b", "~a-512-b"),
            ("!Sub 'a-${Stage}'", "a-${Stage}"),
            ("!Sub '${!Literal} ${ R.Arn }'", "${Literal} ${R.Arn}"),
            ("!Sub ['${X}-${Open}', {X: 1}]", "1-${Open}"),
            ("{'Fn::Sub': ['${X}', {X: !GetAtt R.Arn}]}", "${R.Arn}"),
            (
                "!Sub ['${X}', {X: !If [IsProd, p, d]}]",
                "Stage=prod -> p | Stage=dev -> d",
            ),
            ("!Sub 'cut ${Open'", "cut ${Open"),
            ("!Join ['-', [a, !Ref Open, b]]", "a-${Open}-b"),
            ("!Join [',', !Ref List]", "~a,b"),
            ("{'Fn::Join': ['', [a, !GetAZs '']]}", "a${? !GetAZs ''}"),
            ("!Select [1, [a, b]]", "b"),
            ("!Select ['0', !Ref List]", "~a"),
            ("!Select [5, [a, b]]", "?Unsupported !Select [5, [a, b]]"),
            ("!Split [/, a/b]", "[a, b]"),
            ("!Select [1, !Split [/, a/b]]", "b"),
            (
                "!Select [0, !GetAZs '']",
                "?AfterApply !Select [0, !GetAZs '']",
            ),
            ("!Base64 x", "x"),
            ("{'Fn::Base64': !Sub 'x${Open}'}", "x${Open}"),
            ("!ImportValue net-VPC", "${import net-VPC}"),
            (
                "{'Fn::ImportValue': !Sub '${Open}-VPC'}",
                "${import ${Open}-VPC}",
            ),
            ("!Length [a, b]", "2"),
            ("{'Fn::Length': !Ref List}", "~2"),
            (
                "{'Fn::ToJsonString': {a: 1, b: [x, !Ref Open]}}",
                "{\"a\":1,\"b\":[\"x\",\"${Open}\"]}",
            ),
            (
                "!Cidr [10.0.0.0/8, 2, 8]",
                "[${? !Cidr [10.0.0.0/8, 2, 8]}, ${? !Cidr [10.0.0.0/8, 2, 8]}]",
            ),
            ("'{{resolve:ssm:/a/b}}'", "{{resolve:ssm:/a/b}}"),
            (
                "!Sub 'x{{resolve:ssm:/${Open}/b}}y'",
                "x{{resolve:ssm:/${Open}/b}}y",
            ),
            ("!Rain::Embed code.py", "?Unsupported !Rain::Embed code.py"),
            ("!Unheard [1]", "?Unsupported !Unheard [1]"),
            ("{'Fn::Unheard': 1}", "?Unsupported {'Fn::Unheard': 1}"),
        ],
    );
}

#[test]
fn choices() {
    check(
        &[],
        &[
            (
                "!If [IsProd, 1024, 256]",
                "Stage=prod -> 1024 | Stage=dev -> 256",
            ),
            (
                "!If [IsDev, 256, 1024]",
                "Stage=dev -> 256 | Stage=prod -> 1024",
            ),
            (
                "{'Fn::If': [IsProd, a, !Ref AWS::NoValue]}",
                "Stage=prod -> a | Stage=dev -> nothing",
            ),
            (
                "!If [HasMaybe, !Ref Maybe, none]",
                "Maybe=other -> ${Maybe} | Maybe= -> none",
            ),
            (
                "!If [IsProd, !If [IsDev, a, b], c]",
                "Stage=prod -> b | Stage=dev -> c",
            ),
            ("!If [Either, a, b]", "Either=true -> a | Either=false -> b"),
            ("!If [Both, a, b]", "Both=true -> a | Both=false -> b"),
            ("!If [NotBoth, a, b]", "Both=false -> a | Both=true -> b"),
            ("!If [Odd, a, b]", "Odd=true -> a | Odd=false -> b"),
            ("!If [Always, a, b]", "a"),
            ("!If [Never, a, b]", "b"),
            ("!If [IsProd, a, a]", "a"),
            (
                "!If [Missing, a, b]",
                "Missing=true -> a | Missing=false -> b",
            ),
            (
                "!FindInMap [ByStage, !Ref Stage, size]",
                "Stage=dev -> 1 | Stage=prod -> 2",
            ),
            ("!FindInMap [ByStage, prod, list]", "[y, z]"),
            (
                "!FindInMap [ByStage, none, list]",
                "?NoDefault !FindInMap [ByStage, none, list]",
            ),
            ("!FindInMap [ByStage, none, list, {DefaultValue: d}]", "d"),
            (
                "!FindInMap [ByRegion, !Ref 'AWS::Region', ami, {DefaultValue: d}]",
                "AWS::Region=us-east-1 -> one | AWS::Region=eu-west-1 -> two | AWS::Region=other -> d",
            ),
            (
                "!Select [0, !FindInMap [ByStage, !Ref Stage, list]]",
                "Stage=dev -> x | Stage=prod -> y",
            ),
        ],
    );
}

#[test]
fn one_condition_stays_correlated() {
    let text = format!(
        "{HEAD}Resources:
  R:
    Type: A::B::C
    Condition: IsProd
    Properties: {{P: !If [IsDev, a, b], Q: !If [IsProd, c, d]}}
  S: {{Type: A::B::C, Condition: IsDev}}
  T: {{Type: A::B::C, Condition: Never}}
  U: {{Type: A::B::C, Condition: Either}}
"
    );
    let read = read(&text);
    assert_eq!(
        read.resources(),
        ["R [Stage=prod]", "S [Stage=dev]", "U [Either=true]"]
    );
    assert_eq!(read.print(&read.properties()), "{P: b, Q: c}");
    let template = read.template.as_ref().unwrap();
    let guards: Vec<_> = template
        .resources
        .iter()
        .map(|r| r.exists.clone())
        .collect();
    assert!(guards[0].and(&guards[1]).impossible());
}

#[test]
fn loops() {
    let read = read("
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'One,Two'}
  Open: {Type: CommaDelimitedList}
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Fn::ForEach::Simple:
    - Name
    - [A, B]
    - Topic${Name}: {Type: 'A::B::${Name}', Properties: {N: !Ref Name, S: !Sub '${Name}-x', T: '${Name}.y'}}
  Fn::ForEach::Outer:
    - X
    - !Ref Names
    - Fn::ForEach::Inner:
        - Y
        - ['1.a']
        - Queue${X}&{Y}: {Type: A::B::C}
  Fn::ForEach::Empty: [Z, [], {'Never${Z}': {Type: A::B::C}}]
  Fn::ForEach::Choice:
    - W
    - !If [IsProd, [P, Q], [P]]
    - Choice${W}: {Type: A::B::C}
  Fn::ForEach::Item:
    - V
    - [P, !If [IsProd, Q, !Ref 'AWS::NoValue']]
    - Item${V}: {Type: A::B::C}
  Fn::ForEach::Unknown: [U, !Ref Open, {'Unknown${U}': {Type: A::B::C}}]
  R:
    Type: A::B::C
    Properties:
      Fn::ForEach::Entries: [K, [a, b], {'Key${K}': !Ref K}]
      Other: 1
");
    assert_eq!(
        read.resources(),
        [
            "TopicA",
            "TopicB",
            "QueueOne1a",
            "QueueTwo1a",
            "ChoiceP",
            "ChoiceQ [Stage=prod]",
            "ItemP",
            "ItemQ [Stage=prod]",
            "Unknown${U}",
            "R",
        ]
    );
    let template = read.template.as_ref().unwrap();
    assert_eq!(template.resources[0].type_name, "A::B::A");
    assert_eq!(
        read.print(&template.resources[0].properties),
        "{N: A, S: A-x, T: A.y}"
    );
    assert_eq!(
        read.print(&read.properties()),
        "{Keya: a, Keyb: b, Other: 1}"
    );
    assert!(read.problems().is_empty(), "{:?}", read.problems());
}

#[test]
fn included_files() {
    let text = "
Resources:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: ../shared/more.yaml}}
  R:
    Type: A::B::C
    Properties:
      P:
        Fn::Transform: {Name: AWS::Include, Parameters: {Location: body.json}}
  S:
    Type: A::B::C
    Properties:
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: 's3://bucket/x.yaml'}}
      Q: 1
";
    let files = [
        (
            "shared/more.yaml",
            "M: {Type: A::B::C, Properties: {X: !Ref R}}",
        ),
        ("app/body.json", "{\"a\": {\"Ref\": \"R\"}}"),
    ];
    let read = read_with(
        text,
        &With {
            path: "app/template.yaml",
            files: &files,
            ..With::default()
        },
    );
    assert_eq!(read.resources(), ["M", "R", "S"]);
    assert_eq!(read.property(), "{a: ${R}}");
    assert_eq!(
        read.problems(),
        ["12: included file `s3://bucket/x.yaml` is not in the tree: what it holds stays unknown"]
    );
}

#[test]
fn includes_that_go_round_end() {
    let text = "Resources: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: a.yaml}}}";
    let a =
        "Fn::Transform: {Name: AWS::Include, Parameters: {Location: b.yaml}}\nA: {Type: A::B::C}";
    let b =
        "Fn::Transform: {Name: AWS::Include, Parameters: {Location: a.yaml}}\nB: {Type: A::B::C}";
    let files = [("a.yaml", a), ("b.yaml", b)];
    let read = read_with(
        text,
        &With {
            files: &files,
            ..With::default()
        },
    );
    assert_eq!(read.resources(), ["B", "A"]);
    assert_eq!(read.problems().len(), 1);
}

#[test]
fn conditions_that_go_round_end() {
    let read = read(
        "
Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}
Resources:
  R: {Type: A::B::C, Properties: {P: !If [A, x, y]}}
",
    );
    assert!(read.property().contains("-> x |"), "{}", read.property());
    assert!(
        read.problems()[0].contains("depends on itself"),
        "{:?}",
        read.problems()
    );
}

#[test]
fn json_is_the_same() {
    let text = r#"{
  "Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
  // comments and trailing commas are read
  "Resources": {"R": {"Type": "A::B::C", "Properties": {"P": {"Fn::Sub": "${Stage}-${R.Arn}"},},},},
}"#;
    let read = read_with(
        text,
        &With {
            path: "template.json",
            ..With::default()
        },
    );
    assert_eq!(read.property(), "~dev-${R.Arn}");
    let template = read.template.as_ref().unwrap();
    let span = template.resources[0]
        .properties
        .get("P")
        .unwrap()
        .origin
        .span;
    assert_eq!(
        read.sources.slice(span),
        r#"{"Fn::Sub": "${Stage}-${R.Arn}"}"#
    );
}

#[test]
fn types_are_read_when_asked_for() {
    let read = read("
Resources:
  R:
    Type: A::B::C
    Properties: {Account: 012345678901, Version: 2012-10-17, on: yes, Size: '30', Half: 0.5, No: 'false', N: null}
");
    let r = read.properties();
    let text = |key: &str| r.field(key).as_text().known().unwrap().words();
    assert_eq!(text("Account"), "012345678901");
    assert_eq!(text("Version"), "2012-10-17");
    assert_eq!(text("on"), "yes");
    assert_eq!(r.field("on").as_bool().known(), Some(&true));
    assert_eq!(r.field("No").as_bool().known(), Some(&false));
    assert_eq!(r.field("Size").as_integer().known(), Some(&30));
    assert_eq!(r.field("Half").as_number().known(), Some(&0.5));
    assert!(r.field("N").as_text().is_absent());
    assert!(r.field("Missing").as_text().is_absent());
}
