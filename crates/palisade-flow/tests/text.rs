//! The text form: what it means, and that printing and reading it are inverse.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "tests"
)]

use palisade_flow::ir::text::{parse, print, print_as};
use palisade_flow::ir::{Function, FunctionKind, Language, Module, Op};
use proptest::prelude::*;

fn one(text: &str) -> Module {
    let mut modules = parse(text, 0).unwrap();
    assert_eq!(modules.len(), 1, "one file");
    modules.remove(0).1
}

fn function<'m>(module: &'m Module, name: &str) -> &'m Function {
    module
        .functions
        .iter()
        .find(|f| module.symbols.text(f.name) == name)
        .unwrap()
}

/// The operations of a function in flat form, without places.
fn ops(module: &Module, name: &str) -> Vec<String> {
    let printed = print(module);
    let head = format!("ssa \"{name}\" ");
    let body = printed
        .lines()
        .skip_while(|l| !l.starts_with(&head))
        .skip(1)
        .take_while(|l| l.starts_with("  "));
    let words = |line: &str| {
        line.trim()
            .rsplit_once(" @")
            .map_or(line.trim(), |(op, _)| op)
            .to_owned()
    };
    body.filter(|l| l.contains(" = ")).map(words).collect()
}

fn round(module: &Module) {
    let printed = print(module);
    let again = one(&printed);
    assert_eq!(print(&again), printed);
}

#[test]
fn a_path_of_an_event_is_a_chain_of_loads() {
    let module = one(
        "fn h(event) entry aws.apigateway-http\n  %k = load event .Records[*].s3[0].\"x-y\"\n  call os.system(%k)\n",
    );
    let expected = [
        "%0 = param 0",
        "%1 = load %0 \"Records\"",
        "%2 = iter %1",
        "%3 = load %2 \"s3\"",
        "%4 = load %3 \"0\"",
        "%5 = load %4 \"x-y\"",
        "%6 = imported 0",
        "%7 = load %6 \"system\"",
        "%8 = call %7 %5",
        "%9 = refine %5 %8 returned",
        "%10 = undefined",
        "%11 = return %10",
    ];
    assert_eq!(ops(&module, "h"), expected);
    let handler = function(&module, "h");
    assert_eq!(
        handler.entry.map(|e| module.symbols.text(e)),
        Some("aws.apigateway-http")
    );
    round(&module);
}

#[test]
fn languages_and_files_come_from_headers() {
    let text = "file app.py python\nx = 1\nfile lib/a.js javascript\ny = 2\nfile c\n";
    let modules = parse(text, 7).unwrap();
    let heads: Vec<(&str, Language, u32)> = modules
        .iter()
        .map(|(p, m)| (p.as_str(), m.language, m.file.0))
        .collect();
    assert_eq!(
        heads,
        [
            ("app.py", Language::Python, 7),
            ("lib/a.js", Language::JavaScript, 8),
            ("c", Language::Text, 9)
        ]
    );
}

#[test]
fn a_condition_refines_what_it_tests() {
    let module = one("fn f(t)\n  if t == \"a\" { call sink(t) }\n");
    assert!(
        ops(&module, "f")
            .iter()
            .any(|o| o.contains("refine %0") && o.ends_with("holds")),
        "{:?}",
        ops(&module, "f")
    );
    let module =
        one("fn f(t)\n  if not call fn:ok(t) { return }\n  call sink(t)\nfn ok(s) return true\n");
    let all = ops(&module, "f");
    let refined = all
        .iter()
        .find(|o| o.contains("refine") && o.ends_with("holds"))
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    assert!(
        all.iter()
            .any(|o| o.contains("call") && o.ends_with(&refined)),
        "{all:?}"
    );
    round(&module);
}

#[test]
fn nested_functions_capture_and_assign_through_cells() {
    let text = "fn f(t)\n  x = \"a\"\n  fn get() return x\n  fn set(v)\n    nonlocal x\n    x = v\n  call set(t)\n  return call get()\n";
    let module = one(text);
    assert!(
        ops(&module, "f").iter().any(|o| o.contains("record")),
        "a cell: {:?}",
        ops(&module, "f")
    );
    assert_eq!(
        ops(&module, "get"),
        ["%0 = capture 0", "%1 = load %0 \"v\"", "%2 = return %1"]
    );
    assert_eq!(
        ops(&module, "set"),
        [
            "%0 = param 0",
            "%1 = capture 0",
            "%2 = load %1 \"v\"",
            "%3 = store %1 \"v\" %0",
            "%4 = undefined",
            "%5 = return %4"
        ]
    );
    round(&module);
}

#[test]
fn every_construct_round_trips() {
    let text = r##"
file lib.py python
import os
import re fullmatch as full
import default "@scope/pkg"
TABLE = record a: "x", "b c": 2, *os.environ
fn f(a: boto3.client, *rest, **kw) entry aws.s3 {
  global TABLE
  %l = list a *rest "\u{1f}\n\"\\"
  %r = (record k: %l)
  store %r .k.z a ; put %r a %l ; %r.q = null ; %r[a] = true
  loop x over %l { if x < 3 { break } else if x is "str" { continue } else { %y = x + "s" } }
  loop while a != undefined { a = index %l a }
  loop { break }
  try { call int(a) } catch e { throw e } catch { return /a\/b+/im } finally { %z = caught }
  switch a { case "a", "b": x = 1 ; break
    default: x = 2 }
  class C(Base) {
    attr = 1
    fn m(self) return self.x
    static fn s(q) { yield q }
    classmethod fn c(cls)
      return cls
    get fn g(self) return await self.y }
  %k = call new C(a, k: %l, *rest, **kw)
  %u = call tagged html(list "a" "b", a)
  call %k.m(concat "a" %u, arith 1 2, fn(p) { return p })
  %w = format "{} {b}" a b: x
  %v = percent "%s" a
  %q = not (a and %v or compare not-in a %l)
  %n = rest %r .k ."z z"
  %i = iter %l
  %ks = keys %r
  %e = error %i %ks
  dynamic "eval"
  broken
  return phi %e a @3
}
fn gg(x) return call fn:other.py:h(call fn:f(x)) @10:20
"##;
    let module = one(text);
    round(&module);
    let g = function(&module, "gg");
    assert!(
        g.instrs
            .iter()
            .any(|i| matches!(i.op, Op::Return(_)) && (i.start, i.end) == (10, 20))
    );
    assert!(function(&module, "m").kind != FunctionKind::Plain);
    assert!(
        module
            .imports
            .iter()
            .any(|i| module.symbols.text(i.module) == "other.py")
    );
}

#[test]
fn mistakes_name_their_line() {
    for (text, line) in [
        ("fn f(\n", "line"),
        ("x = \n", "line 1"),
        ("\n\n  call f(a b)\n", "line 3"),
        ("file a b\n", "no language"),
        ("x = \"a\n", "line 1"),
    ] {
        let error = parse(text, 0).unwrap_err();
        assert!(error.contains(line), "{text:?}: {error}");
    }
    let deep = format!("x = {}1{}\n", "(".repeat(5000), ")".repeat(5000));
    assert!(parse(&deep, 0).is_err());
    for (head, link) in [
        ("x = a", ".b"),
        ("call f", "()"),
        ("x = 1", " + 1"),
        ("x = 1", " or 1"),
        ("x = ", "not "),
        ("x = ", "await "),
        ("x = a", "[0]"),
        ("x = a", "[a"),
        ("x = ", "record k: "),
        ("x = ", "fn() { return "),
        ("call f", "(call f"),
        ("x = ", "list ("),
    ] {
        assert!(
            parse(&format!("{head}{}\n", link.repeat(100_000)), 0).is_err(),
            "{head}{link}"
        );
    }
    assert!(parse(&format!("{}\n", "if a { ".repeat(100_000)), 0).is_err());
    let lost = "file m text flat\nssa \"<module>\" module @0:0\n  %0 = load %0 \"a\" @0:0\n";
    assert!(parse(lost, 0).is_err());
}

#[test]
fn cases_round_trip() {
    for (path, text) in cases() {
        for (name, module) in parse(&text, 0).unwrap_or_else(|e| panic!("{path}: {e}")) {
            let printed = print_as(&name, &module);
            let again =
                parse(&printed, module.file.0).unwrap_or_else(|e| panic!("{path}: {e}\n{printed}"));
            assert_eq!(again.len(), 1);
            assert_eq!(print_as(&again[0].0, &again[0].1), printed, "{path}");
            assert_eq!(again[0].1.functions.len(), module.functions.len());
        }
    }
}

fn cases() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "ir"))
        .map(|p| {
            (
                p.display().to_string(),
                std::fs::read_to_string(&p).unwrap(),
            )
        })
        .collect();
    found.sort();
    found
}

/// Words of the form, so that generated texts get past its first line.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "fn f(a, b)",
        "fn",
        "\n  ",
        "\n",
        "if",
        "else",
        "{",
        "}",
        "(",
        ")",
        "loop",
        "over",
        "while",
        "try",
        "catch",
        "finally",
        "switch",
        "case \"a\":",
        "default:",
        "return",
        "throw",
        "yield",
        "call",
        "call f(",
        "%a",
        "%b",
        "=",
        "%a =",
        ".k",
        "[*]",
        "[0]",
        "[",
        "]",
        "load",
        "store",
        "put",
        "record",
        "k:",
        "list",
        "concat",
        "\"x\"",
        "1",
        "-2.5",
        "/a/i",
        "true",
        "null",
        "phi",
        "compare",
        "==",
        "in",
        "not-in",
        "not",
        "and",
        "or",
        "+",
        ",",
        ";",
        "*",
        "**",
        "class C {",
        "static",
        "get",
        "import m",
        "as",
        "nonlocal x",
        "global x",
        "fn:f",
        "fn:a.py:f",
        "await",
        "caught",
        "error",
        "break",
        "continue",
        "@3",
        "@3:9",
        "entry aws.s3",
        "format \"{}\"",
        "rest",
        "index",
        "iter",
        "keys",
        "# c",
        "file a.py python\n",
        "file b text flat\n",
        "ssa \"f\" plain @0:0\n",
        "  %0 = text \"a\" @0:0\n",
        "  %1 = phi loop %0 @0:0\n",
        "  param plain \"a\"\n",
        "dynamic \"d\"",
        "broken",
        "new",
        "x",
    ]);
    prop::collection::vec(
        (word, prop::sample::select(vec![" ", " ", " ", "", "\n"])),
        0..60,
    )
    .prop_map(|parts| {
        parts
            .into_iter()
            .map(|(word, gap)| format!("{word}{gap}"))
            .collect()
    })
}

/// Statements that always parse.
fn programs() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "%a",
        "%b",
        "x",
        "\"s\"",
        "7",
        "os.path",
        "eval",
        "fn:f",
        "load %a .k[*].z",
        "index %a %b",
        "iter %a",
        "keys %b",
        "concat \"p\" %a x",
        "list %a *%b",
        "record k: %a, j: x",
        "call f(%a, k: %b, *x)",
        "call %a.m(%b)",
        "call new C(%a)",
        "%a == \"q\"",
        "%a in x",
        "not %a and %b",
        "%a or %b",
        "%a + x",
        "phi %a %b",
        "rest %a .k",
        "await %a",
        "fn(p) { return concat p %a }",
        "error %a",
        "format \"{0}-{k}\" %a k: %b",
        "caught",
        "null",
    ]);
    let leaf = (
        prop::sample::select(vec!["%a", "%b", "x", "y"]),
        value.clone(),
    )
        .prop_map(|(name, value)| format!("{name} = {value}\n"))
        .boxed();
    let other = value.prop_flat_map(|v| {
        prop::sample::select(vec![
            format!("store %a .k {v}\n"),
            format!("put %b x {v}\n"),
            format!("call sink({v})\n"),
            format!("return {v}\n"),
            format!("throw {v}\n"),
            format!("yield {v}\n"),
            "break\n".to_owned(),
            "continue\n".to_owned(),
        ])
    });
    let leaf = prop_oneof![leaf, other].boxed();
    let statement = leaf.prop_recursive(4, 40, 4, |inner| {
        let body = prop::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
        prop_oneof![
            (body.clone(), body.clone())
                .prop_map(|(a, b)| format!("if %a == x {{\n{a}}} else {{\n{b}}}\n")),
            body.clone()
                .prop_map(|a| format!("loop x over %a {{\n{a}}}\n")),
            body.clone()
                .prop_map(|a| format!("loop while call ok(%b) {{\n{a}}}\n")),
            (body.clone(), body.clone())
                .prop_map(|(a, b)| format!("try {{\n{a}}} catch y {{\n{b}}}\n")),
            (body.clone(), body.clone()).prop_map(|(a, b)| format!(
                "switch %a {{ case \"u\", \"v\":\n{a} default:\n{b}}}\n"
            )),
            body.clone()
                .prop_map(|a| format!("fn g(y) {{\nnonlocal x\n{a}}}\n")),
            body.prop_map(|a| format!("class C(x) {{ fn m(self) {{\n{a}}} }}\n")),
        ]
    });
    prop::collection::vec(statement, 1..8)
        .prop_map(|parts| format!("fn f(a, b) entry http {{\n{}}}\n", parts.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_never_panics(text in words()) {
        let _ = parse(&text, 0);
    }

    #[test]
    fn reading_noise_never_panics(text in "\\PC{0,80}") {
        let _ = parse(&text, 0);
    }

    #[test]
    fn what_reads_prints_the_same_again(text in words()) {
        if let Ok(modules) = parse(&text, 0) {
            for (name, module) in modules {
                let printed = print_as(&name, &module);
                let again = parse(&printed, module.file.0).map_err(TestCaseError::fail)?;
                prop_assert_eq!(print_as(&again[0].0, &again[0].1), printed);
            }
        }
    }

    #[test]
    fn programs_read_and_round_trip(text in programs()) {
        let modules = parse(&text, 0).map_err(TestCaseError::fail)?;
        for (_, module) in modules {
            let printed = print(&module);
            let again = parse(&printed, 0).map_err(|e| TestCaseError::fail(format!("{e}\n{printed}")))?;
            prop_assert_eq!(print(&again[0].1), printed);
            for function in module.functions.iter() {
                for instr in function.instrs.iter() {
                    prop_assert!(instr.start <= instr.end && instr.end as usize <= text.len());
                }
            }
        }
    }
}
