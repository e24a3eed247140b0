//! Imports to files, handler strings to functions.

use std::collections::BTreeSet;

use palisade_lang::frontend::{Frontend, Paths, Resolved, Roots};
use palisade_lang::python::PYTHON;

use crate::printer::lower;

struct Tree(BTreeSet<String>);

impl Tree {
    fn new(paths: &[&str]) -> Self {
        Self(paths.iter().map(|p| (*p).to_owned()).collect())
    }
}

impl Paths for Tree {
    fn has(&self, path: &str) -> bool {
        self.0.contains(path)
    }
    fn ending(&self, suffix: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|p| *p == suffix || p.ends_with(&format!("/{suffix}")))
            .cloned()
            .collect()
    }
    fn settings(&self, _: &str) -> Option<String> {
        None
    }
}

fn roots(code: &str, layers: &[&str]) -> Roots {
    Roots {
        code: code.to_owned(),
        layers: layers.iter().map(|l| (*l).to_owned()).collect(),
    }
}

fn file(path: &str) -> (Resolved, bool) {
    (Resolved::File(path.to_owned()), false)
}

fn external(path: &str) -> (Resolved, bool) {
    (Resolved::External(path.to_owned()), false)
}

#[test]
fn imports_are_found_in_code_then_layers_then_by_guess() {
    let tree = Tree::new(&[
        "fn/app.py",
        "fn/pkg/__init__.py",
        "fn/pkg/a.py",
        "fn/bare/b.py",
        "fn/requests/__init__.py",
        "fn/redis.py",
        "layer/python/shared.py",
        "layer/python/lib/python3.12/site-packages/own/__init__.py",
        "other/helpers.py",
        "x/twice.py",
        "y/twice.py",
    ]);
    let roots = roots("fn", &["layer"]);
    let resolve = |import: &str, from: &str| PYTHON.resolve(import, from, &roots, &tree);
    assert_eq!(resolve("pkg", "fn/app.py"), file("fn/pkg/__init__.py"));
    assert_eq!(resolve("pkg.a", "fn/app.py"), file("fn/pkg/a.py"));
    assert_eq!(resolve("bare.b", "fn/app.py"), file("fn/bare/b.py"));
    assert_eq!(
        resolve("shared", "fn/app.py"),
        file("layer/python/shared.py")
    );
    assert_eq!(
        resolve("own", "fn/app.py"),
        file("layer/python/lib/python3.12/site-packages/own/__init__.py")
    );
    assert_eq!(resolve("requests", "fn/app.py"), external("requests"));
    assert_eq!(resolve("redis", "fn/app.py"), file("fn/redis.py"));
    assert_eq!(resolve("os.path", "fn/app.py"), external("os.path"));
    assert_eq!(
        resolve("helpers", "fn/app.py"),
        (Resolved::File("other/helpers.py".to_owned()), true)
    );
    assert_eq!(resolve("twice", "fn/app.py"), external("twice"));
    assert_eq!(resolve(".a", "fn/pkg/__init__.py"), file("fn/pkg/a.py"));
    assert_eq!(resolve(".", "fn/pkg/a.py"), file("fn/pkg/__init__.py"));
    assert_eq!(resolve("..app", "fn/pkg/a.py"), file("fn/app.py"));
    assert_eq!(
        resolve("....app", "fn/pkg/a.py"),
        (Resolved::Unresolved, false)
    );
}

#[test]
fn handlers_are_found_where_the_runtime_looks_or_where_the_build_takes_them_from() {
    let tree = Tree::new(&[
        "fn/pkg/app.py",
        "fn/src/main.py",
        "far/deep/one.py",
        "far/a/two.py",
        "far/b/two.py",
        "build/made.py",
    ]);
    let find = |handler: &str, code: &str, entries: &[String]| -> Vec<String> {
        PYTHON
            .handler(handler, &roots(code, &[]), entries, &tree)
            .into_iter()
            .map(|h| format!("{}:{}", h.path, h.function))
            .collect()
    };
    assert_eq!(
        find("pkg/app.lambda_handler", "fn", &[]),
        ["fn/pkg/app.py:lambda_handler"]
    );
    assert_eq!(
        find("pkg.app.handler", "fn", &[]),
        ["fn/pkg/app.py:handler"]
    );
    assert_eq!(find("main.handler", "fn", &[]), ["fn/src/main.py:handler"]);
    assert_eq!(find("one.handler", "far", &[]), ["far/deep/one.py:handler"]);
    assert_eq!(
        find("two.handler", "far", &[]),
        ["far/a/two.py:handler", "far/b/two.py:handler"]
    );
    assert_eq!(
        find("made.handler", "out", &["build".to_owned()]),
        ["build/made.py:handler"]
    );
    assert!(find("nothing.handler", "fn", &[]).is_empty());
    assert!(find("handler", "fn", &[]).is_empty());
}

#[test]
fn functions_that_look_like_handlers() {
    let module = lower(
        "def lambda_handler(event, context):\n    return 1\ndef main(event, _):\n    pass\ndef add(a, b):\n    return a\n\
         def on_upload(payload, ctx):\n    return payload['Records'] or part(payload, ctx)\nclass A:\n    def handler(self, event, context): pass\n\
         def part(event, context):\n    return event\ndef web(request):\n    return request.args\ndef plain(request):\n    return request.user\nhandler = Mangum(app)\n",
    );
    assert_eq!(
        PYTHON.handlers_by_shape(&module),
        ["lambda_handler", "main", "on_upload", "web", "handler"]
    );
}
