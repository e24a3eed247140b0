//! Nothing makes the front end panic, hang or leave the file.

use palisade_flow::ir::Module;
use palisade_lang::frontend::Frontend;
use palisade_lang::javascript::JavaScript;
use palisade_model::limits::Limits;
use palisade_model::problem::ProblemKind;
use palisade_model::source::FileId;
use proptest::prelude::*;

fn lowered(path: &str, text: &str) -> Module {
    let (path, text) = (path.to_owned(), text.to_owned());
    let run = move || {
        let module = JavaScript.lower(FileId(0), &path, &text, &Limits::default());
        JavaScript.handlers_by_shape(&module);
        for f in module.functions.iter() {
            for i in f.instrs.iter() {
                assert!(
                    i.start <= i.end && i.end as usize <= text.len(),
                    "{i:?} leaves {} bytes",
                    text.len()
                );
                i.op.operands(|v| assert!(f.instrs.get(v).is_some()));
            }
        }
        module
    };
    let handle = std::thread::Builder::new().stack_size(64 << 20).spawn(run);
    handle.unwrap().join().unwrap()
}

#[test]
fn deep_nesting_is_cut_with_a_problem() {
    let n = 100_000;
    let shapes = [
        format!("x = {}1{}", "(".repeat(n), ")".repeat(n)),
        format!("x = {}{}", "[\n".repeat(n), "]\n".repeat(n)),
        format!("x = {}{}", "{a:\n".repeat(n), "}\n".repeat(n)),
        format!("x = {}1", "!\n".repeat(n)),
        format!("x = a{}", "+\na".repeat(n)),
        format!("x = a{}", ".b\n".repeat(n)),
        format!("x = a{}", "()\n".repeat(n)),
        format!("{}{}", "{\n".repeat(n), "}\n".repeat(n)),
        format!("{}x{}", "if (a)\n".repeat(n), ""),
        format!("{}{}", "if (a) {} else\n".repeat(n), "{}"),
        format!("x = {}1", "() =>\n".repeat(n)),
        format!("{}{}", "function f() {\n".repeat(n), "}\n".repeat(n)),
        format!("{}{}", "for (const a of b) {\n".repeat(n), "}\n".repeat(n)),
        format!("x = {}1{}", "`${\n".repeat(n), "}`\n".repeat(n)),
        format!("x = {}1", "a ?\n".repeat(n)),
        format!("let {}a{} = b;", "[".repeat(n), "]".repeat(n)),
        format!("x = {}", "class extends\n".repeat(n)),
    ];
    for text in shapes {
        for path in ["a.js", "a.ts"] {
            lowered(path, &text);
        }
    }
    let nested = lowered(
        "a.js",
        &format!("x = {}1{}", "(\n".repeat(1000), ")\n".repeat(1000)),
    );
    assert!(nested.problems.iter().any(|p| p.kind == ProblemKind::Limit));
}

const WHOLE: &str = "\u{feff}import { execSync } from 'child_process';\nexport const handler = async (event, context) => {\n  const { name = 'x', ...rest } = event;\n  for (const [k, v] of Object.entries(rest)) { if (!v) continue; }\n  try { return `${execSync(\"ls \" + name)}`; } catch ({ message }) { throw new Error(message); } finally { done(); }\n};\nclass A extends B { #x = 1; static async *m(a, ...b) { yield* super.m?.(a)[0]; } get y() { return this.#x; } }\nswitch (a) { case 1: case 2: break; default: f() }\nconst é = { a, 'b': 1, [c]: 2, ...d, e() { return this.a } };\n";

#[test]
fn files_may_be_cut_anywhere() {
    for (at, _) in WHOLE.char_indices() {
        let text = WHOLE.get(..at).unwrap();
        lowered("a.js", text);
        lowered("a.tsx", text);
    }
}

#[test]
fn one_broken_statement_costs_itself() {
    let module = lowered(
        "a.js",
        "exports.a = (event) => { let x = = 1; return sink(event.q); };\nexports.b = () => 2;\n",
    );
    let printed = super::print::module(&module);
    assert!(printed.contains("load %0 .q"), "{printed}");
    assert!(printed.contains("fn 2 b()"), "{printed}");
    assert!(module.functions.iter().any(|f| f.broken));
    assert!(
        module
            .problems
            .iter()
            .any(|p| p.kind == ProblemKind::Syntax)
    );
}

#[test]
fn minified_files_are_named_and_left_out() {
    let text = format!("{};\n", "function a(b){return b+1}".repeat(400_000));
    let module = lowered("a.js", &text);
    assert!(matches!(module.problems.as_slice(), [p] if p.kind == ProblemKind::Skipped));
    assert_eq!(module.functions.len(), 1);
}

#[test]
fn long_readable_files_are_lowered_or_limited() {
    let text = "a.b = c + 1;\n".repeat(300_000);
    let module = lowered("a.js", &text);
    assert!(module.functions.iter().next().is_some());
}

fn tokens() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "function",
        "async",
        "await",
        "class",
        "extends",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "=>",
        "=",
        "==",
        "+",
        "`",
        "${",
        "'",
        "\"",
        "//",
        "/*",
        "*/",
        ";",
        ",",
        ".",
        "...",
        "a",
        "b",
        "exports",
        "module.exports",
        "require(",
        "import",
        "from",
        "export",
        "default",
        "if",
        "else",
        "for",
        "of",
        "in",
        "while",
        "do",
        "switch",
        "case",
        ":",
        "?",
        "??",
        "try",
        "catch",
        "finally",
        "return",
        "throw",
        "new",
        "this",
        "super",
        "yield",
        "let",
        "const",
        "var",
        "typeof",
        "delete",
        "1",
        "/x/g",
        "<",
        ">",
        "</",
        "/>",
        "\n",
        "#",
        "@",
        "enum",
        "namespace",
        "type",
        "as",
        "satisfies",
        "\u{feff}",
        "é",
        "\u{1F600}",
    ]);
    prop::collection::vec(token, 0..120).prop_map(|all| all.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_tokens_never_panic(text in tokens()) {
        for path in ["a.js", "a.ts", "a.tsx"] {
            lowered(path, &text);
        }
    }

    #[test]
    fn random_text_never_panics(text in "\\PC{0,200}") {
        lowered("a.js", &text);
    }
}
