//! Imports and handler strings find their files.

use std::collections::BTreeMap;

use palisade_lang::frontend::{Frontend, Paths, Resolved, Roots};
use palisade_lang::javascript::JavaScript;

struct Tree(BTreeMap<&'static str, &'static str>);

impl Paths for Tree {
    fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }
    fn ending(&self, suffix: &str) -> Vec<String> {
        self.0
            .keys()
            .filter(|p| **p == suffix || p.ends_with(&format!("/{suffix}")))
            .map(|p| (*p).to_owned())
            .collect()
    }
    fn settings(&self, path: &str) -> Option<String> {
        self.0.get(path).map(|t| (*t).to_owned())
    }
}

fn roots(code: &str, layers: &[&str]) -> Roots {
    Roots {
        code: code.to_owned(),
        layers: layers.iter().map(|l| (*l).to_owned()).collect(),
    }
}

fn resolved(
    files: &[(&'static str, &'static str)],
    from: &str,
    import: &str,
    roots: &Roots,
) -> String {
    let tree = Tree(files.iter().copied().collect());
    match JavaScript.resolve(import, from, roots, &tree) {
        (Resolved::File(path), false) => path,
        (Resolved::File(path), true) => format!("{path} guessed"),
        (Resolved::External(name), _) => format!("external {name}"),
        (Resolved::Unresolved, _) => "unresolved".to_owned(),
    }
}

#[test]
fn imports_find_their_files() {
    let plain = roots(".", &[]);
    let files: &[(&str, &str)] = &[
        ("src/a.ts", ""),
        ("src/b.js", ""),
        ("src/b.ts", ""),
        ("src/lib/index.js", ""),
        ("src/data.json", ""),
        ("src/shared/only.mjs", ""),
        (
            "tsconfig.json",
            "{ /* c */ \"extends\": \"./base.json\", \"compilerOptions\": {\"paths\": {\"@app/*\": [\"src/shared/*\"], \"~\": [\"src/a\"]}} }",
        ),
        ("base.json", "{\"compilerOptions\": {\"baseUrl\": \".\"}}"),
        (
            "packages/core/package.json",
            "{\"name\": \"@acme/core\", \"version\": \"1.0.0\", \"main\": \"dist/index.js\", \"exports\": {\".\": {\"types\": \"./dist/index.d.ts\", \"default\": \"./dist/index.js\"}, \"./deep/*\": \"./dist/deep/*.js\"}}",
        ),
        ("packages/core/src/index.ts", ""),
        ("packages/core/src/deep/x.ts", ""),
        (
            "package.json",
            "{\"name\": \"root\", \"imports\": {\"#db\": \"./src/b.js\"}, \"dependencies\": {\"linked\": \"file:packages/linked\"}}",
        ),
        ("packages/linked/index.js", ""),
        ("layer/nodejs/util.js", ""),
        ("layer/nodejs/node_modules/hand/index.js", ""),
        ("layer/nodejs/node_modules/vendored/index.js", ""),
        (
            "layer/nodejs/node_modules/vendored/package.json",
            "{\"version\": \"1.2.3\"}",
        ),
    ];
    let layered = roots("src", &["layer"]);
    for (from, import, expected) in [
        ("src/a.ts", "./b", "src/b.ts"),
        ("src/a.ts", "./b.js", "src/b.ts"),
        ("src/a.ts", "./lib", "src/lib/index.js"),
        ("src/a.ts", "./data.json", "src/data.json"),
        ("src/a.ts", "./data", "src/data.json"),
        ("src/a.ts", "../shared/only", "src/shared/only.mjs guessed"),
        ("src/a.ts", "../../../zzz", "unresolved"),
        ("src/a.ts", "@app/only", "src/shared/only.mjs"),
        ("src/a.ts", "~", "src/a.ts"),
        ("src/a.ts", "src/a", "src/a.ts"),
        ("src/a.ts", "#db", "src/b.ts"),
        ("src/a.ts", "node:fs/promises", "external fs/promises"),
        ("src/a.ts", "child_process", "external child_process"),
        (
            "src/a.ts",
            "@aws-sdk/client-s3",
            "external @aws-sdk/client-s3",
        ),
        (
            "src/a.ts",
            "aws-sdk/clients/s3",
            "external aws-sdk/clients/s3",
        ),
        ("src/a.ts", "@acme/core", "packages/core/src/index.ts"),
        (
            "src/a.ts",
            "@acme/core/deep/x",
            "packages/core/src/deep/x.ts",
        ),
        ("src/a.ts", "linked", "packages/linked/index.js"),
    ] {
        assert_eq!(
            resolved(files, from, import, &plain),
            expected,
            "{import} from {from}"
        );
    }
    for (import, expected) in [
        ("/opt/nodejs/util", "layer/nodejs/util.js"),
        ("/opt/util.js", "layer/nodejs/util.js guessed"),
        ("hand", "layer/nodejs/node_modules/hand/index.js"),
        ("vendored", "external vendored"),
        ("lib/index", "src/lib/index.js"),
    ] {
        assert_eq!(
            resolved(files, "src/a.ts", import, &layered),
            expected,
            "{import}"
        );
    }
}

fn handler(
    files: &[&'static str],
    settings: &[(&'static str, &'static str)],
    code: &str,
    name: &str,
    entries: &[&str],
) -> Vec<String> {
    let tree = Tree(
        files
            .iter()
            .map(|f| (*f, ""))
            .chain(settings.iter().copied())
            .collect(),
    );
    let entries: Vec<String> = entries.iter().map(|e| (*e).to_owned()).collect();
    JavaScript
        .handler(name, &roots(code, &[]), &entries, &tree)
        .into_iter()
        .map(|h| format!("{}#{}", h.path, h.function))
        .collect()
}

#[test]
fn handlers_find_their_source() {
    assert_eq!(
        handler(&["src/app.js"], &[], ".", "src/app.handler", &[]),
        ["src/app.js#handler"]
    );
    assert_eq!(
        handler(
            &["fn/app.ts", "fn/app.js"],
            &[],
            "fn",
            "app.lambda.run",
            &[]
        )
        .first()
        .unwrap(),
        "fn/app.ts#lambda.run"
    );
    assert_eq!(
        handler(&["src/a/x.ts"], &[], ".", "dist/a/x.handler", &[]),
        ["src/a/x.ts#handler"]
    );
    assert_eq!(
        handler(
            &["src/a/x.ts", "dist/a/x.js"],
            &[],
            ".",
            "dist/a/x.handler",
            &[]
        ),
        ["src/a/x.ts#handler", "dist/a/x.js#handler"]
    );
    assert_eq!(
        handler(
            &["code/x.ts"],
            &[(
                "tsconfig.json",
                "{\"compilerOptions\":{\"outDir\":\"./dist\",\"rootDir\":\"code\"}}"
            )],
            "dist",
            "x.handler",
            &[]
        ),
        ["code/x.ts#handler"]
    );
    assert_eq!(
        handler(
            &["src/orders/app.ts"],
            &[],
            ".",
            "app.handler",
            &["src/orders/app.ts"]
        ),
        ["src/orders/app.ts#handler"]
    );
    assert_eq!(
        handler(
            &["src/main.ts"],
            &[("package.json", "{\"main\":\"dist/main.js\"}")],
            ".",
            "main.handler",
            &[]
        ),
        ["src/main.ts#handler"]
    );
    assert_eq!(
        handler(&["index.js"], &[], ".", "hello", &[]),
        ["index.js#hello"]
    );
    assert_eq!(
        handler(&["fn/index.js"], &[], "fn", "index.js", &[])
            .first()
            .unwrap(),
        "fn/index.js#default"
    );
    assert!(handler(&["a.py"], &[], ".", "a.handler", &[]).is_empty());
}
