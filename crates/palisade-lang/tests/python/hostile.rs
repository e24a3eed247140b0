//! Deep, cut, random and old source: no panic, bounded, every instruction inside its file.

use palisade_flow::ir::{Module, Op};
use palisade_model::problem::ProblemKind;
use proptest::prelude::*;

use crate::printer::{lower, print};

fn check(text: &str) -> Module {
    let module = lower(text);
    let length = u32::try_from(text.len()).unwrap();
    for function in module.functions.iter() {
        for (id, instr) in function.instrs.enumerate() {
            assert!(
                instr.start <= instr.end && instr.end <= length,
                "{instr:?} in {length} bytes"
            );
            assert!(
                text.is_char_boundary(instr.start as usize)
                    && text.is_char_boundary(instr.end as usize)
            );
            if !matches!(instr.op, Op::Phi(..)) {
                instr.op.operands(|v| assert!(v < id, "{instr:?}"));
            }
        }
    }
    module
}

#[test]
fn depth_is_refused_or_cut() {
    for n in [300, 5_000, 100_000] {
        for text in [
            "(".repeat(n),
            "[".repeat(n) + &"]".repeat(n),
            "a+".repeat(n) + "a",
            format!("x{}", ".f()".repeat(n)),
            format!("x{}", "[0]".repeat(n)),
            "not ".repeat(n) + "x",
            "-".repeat(n) + "x",
            "lambda:".repeat(n) + "x",
            "a if b else ".repeat(n) + "c",
            "a and b or ".repeat(n) + "c",
            "await ".repeat(n) + "x",
            "a<".repeat(n) + "b",
            "x=".repeat(n) + "1",
            format!("f'{}'", "{".repeat(n)),
            format!("f'''{}'''", "{f\"{".repeat(n)),
            "*".repeat(n) + "x",
            "@a\n".repeat(n) + "def f(): pass",
            "x: ".repeat(n),
            "if x: pass\nelif y: pass\n".to_owned() + &"elif z: q = 1\n".repeat(n),
            "a(b,c)\n".repeat(n),
        ] {
            check(&text);
        }
    }
}

#[test]
fn deep_blocks_are_refused_or_cut() {
    for n in [50, 150, 399, 700] {
        for word in [
            "if x:",
            "while x:",
            "for x in y:",
            "try:",
            "with x:",
            "def f():",
            "class A:",
        ] {
            let mut text = String::new();
            for at in 0..n {
                text += &" ".repeat(at);
                text += word;
                text += "\n";
            }
            text += &" ".repeat(n);
            text += "x = 1\n";
            check(&text);
        }
    }
}

#[test]
fn a_refused_file_says_so() {
    let module = check(&"(".repeat(100_000));
    assert_eq!(module.problems.len(), 1);
    assert_eq!(module.problems[0].kind, ProblemKind::Limit);
}

#[test]
fn lists_of_any_length_are_no_depth() {
    let text = format!("DATA = [{}]\n", "f(1, 2), ".repeat(8_000));
    let module = check(&text);
    assert!(module.problems.is_empty(), "{:?}", module.problems.first());
    let text = format!("DATA = {{{}}}\n", "'k': {'a': g.h(1) + 2},\n".repeat(4_000));
    assert!(check(&text).problems.is_empty());
}

#[test]
fn one_open_bracket_costs_one_statement() {
    let tail: String = (0..2_000)
        .map(|n| format!("def f{n}(a, b):\n    return a.b.c(d) + b\n\n"))
        .collect();
    let module = check(&format!("x = (1 +\n{tail}"));
    assert!(module.functions.len() > 1_990, "{}", module.functions.len());
    assert!(!module.problems.is_empty());
}

#[test]
fn many_errors_are_counted() {
    let module = check(&"x = = 1\n".repeat(50));
    assert_eq!(module.problems.len(), 21);
    assert_eq!(
        module.problems[20].message,
        "and 30 more broken places: read as far as possible"
    );
}

#[test]
fn a_mark_at_the_start_keeps_offsets() {
    let text = "\u{feff}import os\nos.system(x)\n";
    let module = check(text);
    let printed = print(&module);
    assert!(module.problems.is_empty(), "{printed}");
    let call = module
        .functions
        .iter()
        .flat_map(|f| f.instrs.iter())
        .find(|i| matches!(i.op, Op::Call(_)))
        .unwrap();
    assert_eq!(
        text.get(call.start as usize..call.end as usize),
        Some("os.system(x)")
    );
}

#[test]
fn python_2_is_read_as_far_as_possible() {
    let text = "import os\ndef handler(event, context):\n    print \"got %s\" % event\n    try:\n        os.system(event['c'])\n    except Exception, e:\n        print e\n        raise Bad, 'x'\n    exec 'x' in d\n    return `e`\n";
    let printed = print(&check(text));
    assert!(printed.contains("load %0.c"), "{printed}");
    assert!(printed.contains("caught"), "{printed}");
}

#[test]
fn every_prefix_of_a_file_lowers() {
    let text = include_str!("everything.py");
    let cuts: Vec<usize> = (0..text.len())
        .filter(|at| text.is_char_boundary(*at))
        .step_by(3)
        .collect();
    let work = move || {
        for at in cuts {
            let cut = &include_str!("everything.py")[..at];
            let limits = palisade_model::limits::Limits::default();
            let module = palisade_lang::frontend::Frontend::lower(
                &palisade_lang::python::PYTHON,
                palisade_model::source::FileId(0),
                "a.py",
                cut,
                &limits,
            );
            let length = u32::try_from(cut.len()).unwrap();
            assert!(
                module
                    .functions
                    .iter()
                    .flat_map(|f| f.instrs.iter())
                    .all(|i| i.end <= length)
            );
        }
    };
    std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(work)
        .unwrap()
        .join()
        .unwrap();
}

const TOKENS: [&str; 64] = [
    "def ",
    "class ",
    "return ",
    "x",
    "y",
    "event",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ".",
    "=",
    "==",
    "+",
    "-",
    "*",
    "**",
    "%",
    "/",
    "|",
    "\n",
    "\n    ",
    "\n        ",
    "\n\t",
    "if ",
    "else",
    "elif ",
    "for ",
    "in ",
    "while ",
    "try",
    "except ",
    "finally",
    "with ",
    "as ",
    "lambda ",
    "yield ",
    "await ",
    "async ",
    "not ",
    "and ",
    "or ",
    "'s'",
    "\"",
    "'",
    "f'{",
    "}'",
    "'''",
    "#c",
    "\\",
    "import ",
    "from ",
    "global ",
    "nonlocal ",
    "match ",
    "case ",
    "@",
    ";",
    ":=",
    "é",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_tokens_never_panic(picks in prop::collection::vec(0..TOKENS.len(), 0..120)) {
        let text: String = picks.into_iter().map(|at| TOKENS[at]).collect();
        check(&text);
    }

    #[test]
    fn random_text_never_panics(text in "\\PC{0,200}") {
        check(&text);
    }
}
