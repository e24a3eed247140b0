//! What every fuzz target does with its bytes; the same bodies run over the seeds in an ordinary test.
//!
//! A body panics where a promise is broken: input of any kind is read without panic, places lie in their file, and
//! what is printed is read back. The test is `crates/palisade-scan/tests/seeds.rs`.

#![allow(
    unreachable_pub,
    reason = "the fuzz package exports what the test includes"
)]

use palisade_events::{Encoding, Shape, Step};
use palisade_flow::ir::text;
use palisade_flow::ir::{Language, Module};
use palisade_flow::library::Library;
use palisade_flow::taint::pattern::{self, Applied};
use palisade_iac::document::{self, Document};
use palisade_iac::{ReadSettings, plan, read};
use palisade_iam::evaluate::caller::Caller;
use palisade_iam::evaluate::context::Context;
use palisade_iam::evaluate::decision as iam;
use palisade_iam::evaluate::document::{self as iam_document, Place};
use palisade_iam::facts::{Arguments, Facts, Sdk};
use palisade_lang::catalog;
use palisade_model::limits::Limits;
use palisade_model::print::print;
use palisade_model::problem::{Problem, ProblemPlace};
use palisade_model::source::{FileId, Sources, Span};
use palisade_scan::decode::decode;
use palisade_scan::pipeline::{Request, scan_tree};
use palisade_scan::settings;
use palisade_scan::tree::memory::Memory;
use palisade_scan::words::Rules;

/// A body of a fuzz target.
pub type Body = fn(&[u8]);

/// Every target: its name, which is that of its seed folder, and its body.
pub const ALL: &[(&str, Body)] = &[
    ("yaml", yaml),
    ("json", json),
    ("template", template),
    ("service", service),
    ("script", script),
    ("chalice", chalice),
    ("python", python),
    ("javascript", javascript),
    ("typescript", typescript),
    ("event", event),
    ("library", library),
    ("text_ir", text_ir),
    ("settings", settings),
    ("regex", regex),
    ("facts", facts),
    ("policy", policy),
    ("project", project),
];

/// A YAML document becomes a tree whose places lie in the text.
pub fn yaml(bytes: &[u8]) {
    one_document("template.yaml", bytes);
}

/// A JSON document becomes a tree whose places lie in the text.
pub fn json(bytes: &[u8]) {
    one_document("template.json", bytes);
}

/// A template becomes an App that can be printed, twice the same.
pub fn template(bytes: &[u8]) {
    one_app("template.yaml", bytes);
}

/// A program with decorators becomes an App, beside a configuration of Chalice.
pub fn chalice(bytes: &[u8]) {
    deep(|| {
        let mut sources = Sources::default();
        let config = r#"{"version": "2.0", "app_name": "a", "stages": {"dev": {}, "prod": {"autogen_policy": false}}}"#;
        let file = sources.add(".chalice/config.json", config);
        sources.add("app.py", text_of(bytes));
        read_twice(&sources, file);
    });
}

/// A service becomes an App; it may take itself in, as `serverless.yml`.
pub fn service(bytes: &[u8]) {
    one_app("serverless.yml", bytes);
}

/// A program that exports a service becomes an App.
pub fn script(bytes: &[u8]) {
    one_app("serverless.ts", bytes);
}

fn one_app(path: &str, bytes: &[u8]) {
    deep(|| {
        let mut sources = Sources::default();
        let file = sources.add(path, text_of(bytes));
        read_twice(&sources, file);
    });
}

fn read_twice(sources: &Sources, file: FileId) {
    let limits = Limits::default();
    let once = || {
        let (plans, problems) = plan(sources, &[file], &limits);
        check_places(sources, &problems);
        let mut printed = String::new();
        for plan in &plans {
            let find = |path: &str| sources.find(path);
            let mut app = read(plan, sources, &ReadSettings::default(), &limits, &find);
            palisade_iam::fill(&mut app);
            check_places(sources, &app.problems);
            printed.push_str(&print(&app, sources));
        }
        printed
    };
    assert_eq!(once(), once(), "the same template was read differently");
}

/// Python becomes IR whose places lie in the file.
pub fn python(bytes: &[u8]) {
    one_source("app.py", bytes);
}

/// JavaScript becomes IR whose places lie in the file.
pub fn javascript(bytes: &[u8]) {
    one_source("index.js", bytes);
}

/// TypeScript becomes IR whose places lie in the file; with a first byte `<` it is read as TSX.
pub fn typescript(bytes: &[u8]) {
    one_source(
        if bytes.starts_with(b"<") {
            "index.tsx"
        } else {
            "index.ts"
        },
        bytes,
    );
}

/// A path walks through an event, and an event written for that path carries its payload.
///
/// The text is lines: the source's number or name, then the steps: `.key`, `[]`, `~json`; a line `in` begins the
/// next envelope. What has another form is a key.
pub fn event(bytes: &[u8]) {
    let text = text_of(bytes);
    let mut lines = text.lines();
    let shapes = palisade_events::all();
    let of = |word: &str| -> Option<&'static Shape> {
        palisade_events::find(word)
            .or_else(|| shapes.get(word.parse::<usize>().unwrap_or(0) % shapes.len().max(1)))
    };
    let Some(shape) = lines.next().and_then(of) else {
        return;
    };
    let mut nested = Vec::new();
    let mut steps = Vec::new();
    // The engine follows no longer paths, and each further layer of JSON doubles what must be escaped.
    for line in lines.take(16) {
        match (
            line.strip_prefix("in "),
            line.strip_prefix('.'),
            line.strip_prefix('~'),
        ) {
            (Some(word), _, _) => nested.extend(of(word)),
            (_, Some(key), _) => steps.push(Step::Key(key.to_owned())),
            (_, _, Some(word)) => steps.push(Step::Decode(encoding(word))),
            _ if line == "[]" => steps.push(Step::Elem),
            _ => steps.push(Step::Key(line.to_owned())),
        }
    }
    let _ = shape.walk(&steps, &nested);
    let _ = shape.slot(&steps);
    let _ = palisade_events::words(&steps);
    let _ = palisade_events::fitting(&[&steps]);
    let written = palisade_events::generate(shape, &nested, &steps, "x;touch /tmp/palisade-canary");
    assert!(written.to_string().len() > 1, "the event is empty");
}

/// Rows of a library are read or named as wrong; what was read can be asked.
pub fn library(bytes: &[u8]) {
    let text = text_of(bytes);
    let (library, _) = Library::read([("seed.toml", text.as_str())]);
    for row in &library.calls {
        for api in &row.apis {
            let asked = palisade_flow::library::qualified(row.receiver.as_deref(), api);
            assert!(library.knows(&asked), "`{asked}` was read and is not known");
        }
    }
    let _ = library.source_tails();
    let _ = library.type_of(&text);
}

/// The text form of the IR is read or refused; what is printed is read back, and printed alike.
pub fn text_ir(bytes: &[u8]) {
    let source = text_of(bytes);
    deep(|| {
        let Ok(modules) = text::parse(&source, 0) else {
            return;
        };
        for (path, module) in &modules {
            let printed = text::print_as(path, module);
            let again = text::parse(&printed, module.file.0);
            let again = again.unwrap_or_else(|why| {
                broken(&format!(
                    "the printed form is not read back: {why}\n{printed}"
                ))
            });
            let second: String = again
                .iter()
                .map(|(path, module)| text::print_as(path, module))
                .collect();
            assert_eq!(printed, second, "printing and reading is not the identity");
        }
    });
}

/// A settings file is read or refused with a place.
pub fn settings(bytes: &[u8]) {
    let mut sources = Sources::default();
    let file = sources.add(settings::NAME, text_of(bytes));
    match settings::read(&sources, file, &Rules::new()) {
        Ok(read) => assert!(
            read.functions.iter().all(|f| f.span.file == file),
            "a function of another file"
        ),
        Err(error) => assert!(!error.to_string().is_empty(), "an error without words"),
    }
}

/// A regular expression proves something or nothing; the flags stand on the first line.
pub fn regex(bytes: &[u8]) {
    let text = text_of(bytes);
    let (flags, pattern) = text.split_once('\n').unwrap_or(("", &text));
    for applied in [Applied::Full, Applied::Start, Applied::Search] {
        for python in [false, true] {
            let proved = pattern::proves(pattern, flags, applied, python);
            if applied == Applied::Search {
                let full = pattern::proves(pattern, flags, Applied::Full, python);
                assert!(
                    python || proved & !full == 0,
                    "a search proves more than a full match"
                );
            }
        }
    }
    let _ = pattern::proves_when_absent(pattern, flags);
}

/// A policy is read or refused with its place; what is read decides, the same each time. The first line is a request:
/// caller, action, resource and `key=value`s by blanks; the policy follows, on an identity and on a resource.
pub fn policy(bytes: &[u8]) {
    let text = text_of(bytes);
    let (line, text) = text.split_once('\n').unwrap_or(("", &text));
    let mut words = line.split(' ');
    let mut word = |default: &str| {
        words
            .next()
            .filter(|w| !w.is_empty())
            .unwrap_or(default)
            .to_owned()
    };
    let caller = Caller::of(&word("arn:aws:sts::111122223333:assumed-role/worker/run"));
    let (action, resource) = (word("s3:GetObject"), word("arn:aws:s3:::b/k"));
    let mut context = Context::open();
    for pair in words {
        let (key, values) = pair.split_once('=').unwrap_or((pair, ""));
        let values: Vec<&str> = values.split(',').collect();
        context = context.with(key, &values);
    }
    let request = iam::Request {
        caller: caller.unwrap_or(Caller::Anonymous),
        action,
        resource,
        account: None,
        context,
    };
    let read = |place| iam_document::read("policy", text, place);
    for place in [Place::Identity, Place::Resource, Place::Trust, Place::Rcp] {
        let policy = match read(place) {
            Ok(policy) => policy,
            Err(refused) => {
                assert!(!refused.place.is_empty(), "refused without a place");
                continue;
            }
        };
        let policies = match place {
            Place::Identity => iam::Policies {
                identity: vec![policy.clone()],
                boundary: Some(vec![policy]),
                ..iam::Policies::default()
            },
            Place::Rcp => iam::Policies {
                rcps: vec![vec![policy]],
                ..iam::Policies::default()
            },
            _ => iam::Policies {
                resource: Some(policy),
                resource_decides: place == Place::Trust,
                ..iam::Policies::default()
            },
        };
        let decided = iam::decide(&policies, &request);
        assert!(
            decided.verdict != iam::Verdict::Allow
                || !decided.trace.is_empty()
                || place == Place::Rcp,
            "allowed by nothing"
        );
        assert_eq!(
            decided,
            iam::decide(&policies, &request),
            "decided differently"
        );
    }
}

/// A table of what a cloud documents is read in place, whatever its bytes are.
pub fn facts(bytes: &[u8]) {
    let Some(facts) = Facts::new(bytes) else {
        return;
    };
    for service in facts.services().take(16) {
        for action in service.actions().take(16) {
            let _told = (action.name(), action.level(), action.condition_keys());
            let _told = (action.resource_types(), action.dependents());
        }
        let _told: Vec<_> = service
            .resource_types()
            .take(16)
            .map(|one| one.arn())
            .collect();
    }
    let all = facts.expand("*");
    assert_eq!(all.len(), all.iter().count(), "a set tells its length");
    assert!(
        facts.expand("toy:*").is_subset(&all),
        "a pattern names actions"
    );
    for client in facts.clients().take(16) {
        for operation in client.operations().take(16) {
            let _told = (operation.members(), operation.filled());
            let _told = operation.actions(&Arguments::unknown());
        }
    }
    for (sdk, service, symbol) in [
        (Sdk::Boto3, "toy", "fetch"),
        (Sdk::Boto3Resource, "toy", "things.get"),
        (Sdk::Js2, "ToyBox", "getThing"),
        (Sdk::Js3, "@aws-sdk/client-toy-box", "waitUntilThingReady"),
    ] {
        let _told = facts.operations(sdk, service, symbol);
        let _told = facts.presigner(sdk, service, symbol);
    }
    let _told = (
        facts.child("toy", "Thing"),
        facts.collection("toy", "things"),
        facts.identifiers("toy.Thing"),
    );
}

/// A small tree is scanned as a whole: files are divided by lines `=== path`.
pub fn project(bytes: &[u8]) {
    let text = text_of(bytes);
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("=== "), files.last_mut()) {
            (Some(path), _) => files.push((path.trim().to_owned(), String::new())),
            (None, Some((_, body))) => body.push_str(line),
            (None, None) => files.push(("template.yaml".to_owned(), line.to_owned())),
        }
    }
    let tree = Memory::of(files.iter().map(|(path, body)| (path.as_str(), body)));
    let request = |jobs| Request {
        as_of: "2026-01-01".to_owned(),
        jobs,
        ..Request::default()
    };
    let shown = |jobs| match scan_tree(&request(jobs), &tree, &Limits::default(), &|| 0) {
        Ok(scan) => {
            check_places(&scan.sources, &scan.outcome.problems);
            format!("{:?}", scan.outcome)
        }
        Err(error) => error.to_string(),
    };
    assert_eq!(shown(1), shown(2), "the number of threads shows");
}

fn one_document(path: &str, bytes: &[u8]) {
    deep(|| {
        let mut sources = Sources::default();
        let file = sources.add(path, text_of(bytes));
        let mut problems = Vec::new();
        if let Some(document) = document::parse(&sources, file, &Limits::default(), &mut problems) {
            check_tree(&sources, &document);
        }
        check_places(&sources, &problems);
    });
}

fn check_tree(sources: &Sources, document: &Document) {
    for (node, _) in document.all() {
        check_place(sources, document.span(node), "a node");
        for entry in document.entries(node) {
            check_place(sources, entry.key_span, "a key");
        }
    }
}

fn one_source(path: &str, bytes: &[u8]) {
    deep(|| {
        let mut sources = Sources::default();
        let file = sources.add(path, text_of(bytes));
        let ending = path.rsplit('.').next().unwrap_or_default();
        let Some(frontend) = catalog::ALL
            .iter()
            .find(|f| f.extensions().contains(&ending))
        else {
            return;
        };
        let lower = || frontend.lower(file, path, sources.text(file), &Limits::default());
        let module = lower();
        check_module(&sources, &module);
        let _ = frontend.handlers_by_shape(&module);
        assert_eq!(
            text::print(&module),
            text::print(&lower()),
            "the same source was lowered differently"
        );
    });
}

fn check_module(sources: &Sources, module: &Module) {
    assert_ne!(
        module.language,
        Language::Text,
        "a front end lowered into the language of tests"
    );
    let length = sources.text(module.file).len();
    for function in module.functions.iter() {
        check_place(sources, function.span, "a function");
        for (at, instr) in function.instrs.iter().enumerate() {
            assert!(
                instr.start <= instr.end && instr.end as usize <= length,
                "an instruction lies outside of its file"
            );
            instr.op.operands(|operand| {
                assert!(
                    (operand.0 as usize) < function.instrs.len(),
                    "instruction {at} names no value"
                )
            });
        }
    }
    check_places(sources, &module.problems);
}

fn check_places(sources: &Sources, problems: &[Problem]) {
    for problem in problems {
        if let ProblemPlace::Span(place) = problem.place {
            check_place(sources, place, &problem.message);
        }
    }
}

fn check_place(sources: &Sources, place: Span, what: &str) {
    let text = sources.text(place.file);
    assert!(
        text.get(place.start as usize..place.end as usize).is_some(),
        "outside of the file or inside a character: {what}"
    );
    let _ = sources.region(place);
}

/// UTF-8 as it is, mark and all; the rest as the scan decodes it; what is no text with replacements.
fn text_of(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    match decode(bytes.to_vec()) {
        Ok(decoded) => decoded.text,
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn encoding(word: &str) -> Encoding {
    palisade_flow::library::port::encoding(word).unwrap_or(Encoding::Json)
}

fn broken(why: &str) -> ! {
    std::panic::panic_any(why.to_owned())
}

/// Front ends and readers run on threads with a large stack, here as in a scan.
fn deep(work: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(64 << 20)
            .spawn_scoped(scope, work);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(())) => {}
            Ok(Err(why)) => std::panic::resume_unwind(why),
            Err(_) => broken("no thread"),
        }
    });
}
