//! What the engine finds in lowered programs: each line of a program that is reported, with its grammar.

use std::collections::BTreeMap;

use palisade_flow::engine;
use palisade_flow::flows::{AppContext, EntryRequest};
use palisade_flow::ir::Language;
use palisade_flow::library::Library;
use palisade_flow::program::{Link, Program};
use palisade_lang::frontend::{Frontend, Paths, Resolved, Roots};
use palisade_lang::javascript::JavaScript;
use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::limits::Limits;
use palisade_model::setting::{Answer, Reason};
use palisade_model::source::FileId;
use palisade_model::text::Text;
use rustc_hash::FxHashMap;

struct Tree(BTreeMap<String, String>);

impl Paths for Tree {
    fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }
    fn ending(&self, suffix: &str) -> Vec<String> {
        self.0
            .keys()
            .filter(|p| p.ends_with(suffix))
            .cloned()
            .collect()
    }
    fn settings(&self, path: &str) -> Option<String> {
        self.0.get(path).cloned()
    }
}

/// `file:line grammar` of everything found; the first file holds `handler`.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let tree = Tree(
        files
            .iter()
            .map(|(p, t)| ((*p).to_owned(), (*t).to_owned()))
            .collect(),
    );
    let roots = Roots {
        code: ".".into(),
        layers: vec![],
    };
    let number = |path: &str| files.iter().position(|(p, _)| *p == path);
    let mut modules = Vec::new();
    for (at, (path, text)) in files.iter().enumerate() {
        let file = FileId(u32::try_from(at).unwrap());
        let module = JavaScript.lower(file, path, text, &Limits::default());
        let links: Vec<Link> = module
            .imports
            .iter()
            .map(|i| {
                match JavaScript
                    .resolve(module.symbols.text(i.module), path, &roots, &tree)
                    .0
                {
                    Resolved::External(name) => Link::External(name),
                    Resolved::File(path) => number(&path).map_or(Link::Unresolved, |n| {
                        Link::File(FileId(u32::try_from(n).unwrap()))
                    }),
                    Resolved::Unresolved => Link::Unresolved,
                }
            })
            .collect();
        modules.push((module, links));
    }
    let program = Program::new(modules);
    let (library, wrong) = Library::read(JavaScript.library().iter().copied());
    assert!(wrong.is_empty(), "{wrong:?}");
    let libraries: FxHashMap<Language, Library> =
        [(Language::JavaScript, library)].into_iter().collect();
    let request = EntryRequest {
        app: 0,
        function: None,
        file: FileId(0),
        export: "handler".into(),
        latent: false,
    };
    let app = App::default();
    let may = |_: FunctionId, _: &str, _: Option<NodeId>, _: Option<&Text>| {
        Answer::Unknown(Reason::NoDefault)
    };
    let flows = engine::analyze(
        &program,
        &libraries,
        &[request],
        &[AppContext {
            app: &app,
            may: &may,
        }],
    );
    let mut all: Vec<String> = flows
        .paths
        .iter()
        // What is only watched does no harm by itself.
        .filter(|p| !p.grammar.is_watch())
        .map(|p| {
            let (path, text) = files[p.sink.file.0 as usize];
            let line = text
                .bytes()
                .take(p.sink.start as usize)
                .filter(|b| *b == b'\n')
                .count()
                + 1;
            format!("{path}:{line} {}", p.grammar.word())
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

/// One file; each line with `//! grammar` at its end is expected, and nothing else.
#[track_caller]
fn check(files: &[(&str, &str)]) {
    let mut expected: Vec<String> = Vec::new();
    for (path, text) in files {
        for (at, line) in text.lines().enumerate() {
            if let Some((_, words)) = line.split_once("//!") {
                expected.extend(
                    words
                        .split_whitespace()
                        .map(|w| format!("{path}:{} {w}", at + 1)),
                );
            }
        }
    }
    expected.sort();
    assert_eq!(
        found(files),
        expected,
        "\n{}",
        files
            .iter()
            .map(|(p, t)| format!("--- {p}\n{t}"))
            .collect::<String>()
    );
}

#[test]
fn destructuring_is_seen_through() {
    check(&[(
        "a.ts",
        "import { execSync } from 'node:child_process';
export const handler = async ({ body, headers: { host } }: { body: string; headers: any }) => {
  const { file, ...rest } = JSON.parse(body);
  const [first, , third = 'x'] = rest.list;
  execSync('file ' + file); //! shell
  execSync('file ' + third); //! shell
  execSync('file ' + (first && 'a'));
  return host;
};
",
    )]);
}

#[test]
fn wrappers_and_closures_are_seen_through() {
    check(&[(
        "a.js",
        "const compute = (text) => eval(text); //! code
const twice = (f) => (x) => f(f(x));
const run = twice((x) => x + '!');
let last;
const remember = (x) => { last = x; };
exports.handler = async (event) => {
  compute(event.a);
  remember(event.b);
  eval(last); //! code
  eval(run(event.c)); //! code
  eval(run('c'));
};
",
    )]);
}

#[test]
fn callbacks_loops_and_lists_are_seen_through() {
    check(&[("a.js", "const { execSync } = require('child_process');
exports.handler = async (event) => {
  event.Records.forEach(({ s3 }) => {
    execSync(`unzip ${decodeURIComponent(s3.object.key.replace(/\\+/g, ' '))}`); //! shell
  });
  const names = [];
  for (const record of event.Records) names.push(record.name.trim());
  execSync('ls ' + names.join(' ')); //! shell
  execSync('ls ' + event.Records.length);
  for (let i = 0; i < event.Records.length; i++) execSync('ls ' + i);
  for (const key in event.tags) execSync('ls ' + key); //! shell
  execSync(event.Records.map((r) => r.id).filter(Boolean).reduce((a, b) => a + ' ' + b, 'ls')); //! shell
};
")]);
}

#[test]
fn promises_are_their_values() {
    check(&[(
        "a.js",
        "const fs = require('fs');
const read = (name) => new Promise((resolve, reject) => {
  fs.readFile('/data/a', (error, data) => (error ? reject(error) : resolve(name)));
});
exports.handler = (event) => read(event.name)
  .then((text) => ({ text }))
  .then(({ text }) => eval(text)) //! code
  .catch((error) => console.log('failed'));
",
    )]);
}

#[test]
fn classes_keep_what_they_are_given() {
    check(&[(
        "a.ts",
        "import { execSync } from 'child_process';
abstract class Base {
  constructor(protected readonly name: string) {}
  describe() { return 'ls ' + this.name; }
}
class Job extends Base {
  private args: string[] = [];
  add(arg: string) { this.args.push(arg); return this; }
  run() { execSync(this.describe()); } //! shell
  static of(name: string) { return new Job(name); }
}
export const handler = async (event: any) => {
  const job = Job.of(event.name);
  job.add('x').run();
};
",
    )]);
}

#[test]
fn constructor_functions_are_classes() {
    check(&[(
        "a.js",
        "function Job(name) { this.name = name; }
Job.prototype.run = function () { eval(this.name); }; //! code
exports.handler = async (event) => { new Job(event.name).run(); };
",
    )]);
}

#[test]
fn object_literals_are_this() {
    check(&[(
        "a.js",
        "const vm = require('vm');
const actions = {
  prefix: 'x',
  status: () => 'up',
  formula(event) { return vm.runInNewContext(this.prefix + event.formula); }, //! code
};
exports.handler = async (event) => actions[event.action](event);
",
    )]);
}

#[test]
fn modules_meet() {
    check(&[
        (
            "a.ts",
            "import run, { clean as tidy } from './lib/run.js';
import * as all from './lib';
import { names } from './data.json';
export const handler = async (event) => {
  run(event.a);
  run(tidy(event.b));
  all.query(event.c);
  run(names[0]);
};
",
        ),
        (
            "lib/run.ts",
            "import { exec } from 'child_process';
export default function run(command) { exec(command); } //! shell
export const clean = (x) => Number(x);
",
        ),
        (
            "lib/index.js",
            "exports.query = require('./query').query;\n",
        ),
        (
            "lib/query.js",
            "const mysql = require('mysql');
const connection = mysql.createConnection({});
exports.query = (name) => connection.query('select ' + name); //! sql
",
        ),
        ("data.json", "{\"names\": [\"ls\"]}"),
    ]);
}

#[test]
fn stars_hand_on() {
    check(&[
        (
            "a.mjs",
            "import { run } from './index.mjs';\nexport const handler = (event) => run(event.a);\n",
        ),
        (
            "index.mjs",
            "export * from './other.mjs';\nexport * from './run.mjs';\n",
        ),
        ("run.mjs", "export function run(x) { eval(x); } //! code\n"),
        ("other.mjs", "export const other = 1;\n"),
    ]);
}

#[test]
fn compiled_typescript_is_read() {
    check(&[(
        "a.js",
        "\"use strict\";
var __awaiter = (this && this.__awaiter) || function () {};
var __importDefault = (this && this.__importDefault) || function (mod) { return mod; };
Object.defineProperty(exports, \"__esModule\", { value: true });
exports.handler = void 0;
const axios_1 = __importDefault(require(\"axios\"));
const child_process_1 = require(\"child_process\");
const handler = (event) => __awaiter(void 0, void 0, void 0, function* () {
  yield axios_1.default.get(event.url); //! url-host
  (0, child_process_1.exec)(event.command); //! shell
});
exports.handler = handler;
",
    )]);
}

#[test]
fn checks_are_seen() {
    check(&[(
        "a.js",
        "const { execSync } = require('child_process');
const KNOWN = ['a', 'b'];
const isName = (x) => /^[a-z]+$/.test(x);
function must(x) { if (!isName(x)) throw new Error('no'); }
exports.handler = async (event) => {
  if (KNOWN.includes(event.a)) execSync('ls ' + event.a);
  if (isName(event.b)) execSync('ls ' + event.b);
  must(event.c);
  execSync('ls ' + event.c);
  switch (event.d) { case 'x': case 'y': execSync('ls ' + event.d); }
  if (event.e.endsWith('.pdf')) execSync('ls ' + event.e); //! shell
  if (typeof event.f !== 'number') return;
  execSync('ls ' + event.f);
};
",
    )]);
}

#[test]
fn own_methods_are_no_library() {
    check(&[(
        "a.js",
        "const shelf = {
  books: new Map([['a', 'Algebra']]),
  exists(id) { return this.books.has(id); },
  readFile(id) { return this.books.get(id); },
  open(id) { return this.exists(id) ? this.readFile(id) : null; },
};
exports.handler = async (event) => ({ title: shelf.open(event.id) });
",
    )]);
}

#[test]
fn clients_are_typed_through_classes_and_parameters() {
    check(&[("a.ts", "import { Client } from 'pg';
import type { Pool } from 'mysql2/promise';
class Users {
  constructor(private db: Client) {}
  find(name: string) { return this.db.query(`select * from u where n = '${name}'`); } //! sql
}
const users = new Users(new Client());
const by = (pool: Pool, name: string) => pool.query('select ' + name);
export const handler = async (event) => { await users.find(event.name); await by(event.pool, 'a'); };
")]);
}

#[test]
fn middy_and_decorators_are_transparent() {
    check(&[(
        "a.ts",
        "import middy from '@middy/core';
import { Logger } from '@aws-lambda-powertools/logger';
const logger = new Logger();
const base = async (event) => { eval(event.a); }; //! code
export const handler = middy(base).use(other()).use(more());
",
    )]);
    check(&[(
        "a.ts",
        "import { Logger } from '@aws-lambda-powertools/logger';
const logger = new Logger();
class Lambda {
  @logger.injectLambdaContext({ logEvent: true })
  public async handler(event) { eval(event.a); } //! code
}
const lambda = new Lambda();
export const handler = lambda.handler.bind(lambda);
",
    )]);
}

#[test]
fn routes_of_frameworks_are_entries() {
    check(&[(
        "a.js",
        "const express = require('express');
const serverless = require('serverless-http');
const app = express();
app.get('/run', (req, res) => {
  eval(req.query.a); //! code
  res.status(200).send('<p>' + req.query.b); //! html
});
app.post('/to', async (req, res) => { res.redirect(req.body.to); }); //! redirect
exports.handler = serverless(app);
",
    )]);
}

#[test]
fn closures_handed_on_write_what_they_captured() {
    check(&[(
        "a.js",
        "function load(x, done) { setTimeout(() => done(null, x), 1); }
exports.handler = async (event) => {
  const all = [];
  load(event.a, (error, x) => { all.push(x); });
  eval(all.join(' ')); //! code
  const one = await new Promise((resolve) => load(event.b, (error, x) => resolve(x)));
  eval(one); //! code
};
",
    )]);
}

#[test]
fn stores_are_read_back_in_all_forms_of_a_client() {
    let head = "const AWS = require('aws-sdk');
const { S3Client, PutObjectCommand, GetObjectCommand } = require('@aws-sdk/client-s3');
const { DynamoDBDocumentClient, PutCommand, QueryCommand } = require('@aws-sdk/lib-dynamodb');
const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const s3 = new AWS.S3(), s3c = new S3Client({});
const doc = new AWS.DynamoDB.DocumentClient(), docc = DynamoDBDocumentClient.from(new DynamoDBClient({}));
";
    let cases = [
        (
            "await s3.putObject({ Bucket: 'b', Key: 'k', Body: event.x }).promise();",
            "const r = await s3.getObject({ Bucket: 'b', Key: 'k' }).promise(); eval(r.Body.toString()); //! code",
        ),
        (
            "await s3.upload({ Bucket: 'b', Key: 'k', Body: event.x }).promise();",
            "s3.getObject({ Bucket: 'b', Key: 'k' }, (error, data) => { eval(data.Body.toString()); }); //! code",
        ),
        (
            "await s3c.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: event.x }));",
            "const r = await s3c.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })); eval(await r.Body.transformToString()); //! code",
        ),
        (
            "await doc.put({ TableName: 't', Item: { a: event.x, b: 'x' } }).promise();",
            "const r = await doc.get({ TableName: 't', Key: { id: 1 } }).promise(); eval(r.Item.a); //! code",
        ),
        (
            "await doc.put({ TableName: 't', Item: { a: event.x, b: 'x' } }).promise();",
            "const r = await doc.get({ TableName: 't', Key: { id: 1 } }).promise(); eval(r.Item.b);",
        ),
        (
            "doc.put({ TableName: 't', Item: { a: event.x } }, () => 1);",
            "doc.scan({ TableName: 't' }, (error, data) => { data.Items.forEach((i) => { eval(i.a); }); }); //! code",
        ),
        (
            "await docc.send(new PutCommand({ TableName: 't', Item: { a: event.x } }));",
            "const r = await docc.send(new QueryCommand({ TableName: 't' })); eval(r.Items[0].a); //! code",
        ),
        (
            "await doc.put({ TableName: 't', Item: { a: event.x } }).promise();",
            "const { Items } = await docc.send(new QueryCommand({ TableName: 'other' })); eval(Items[0].a);",
        ),
    ];
    for (write, read) in cases {
        let text = format!("{head}exports.handler = async (event) => {{\n{write}\n{read}\n}};\n");
        check(&[("a.js", &text)]);
    }
}

#[test]
fn slow_parses_are_given_up() {
    let limits = Limits {
        parse_ms: 0,
        ..Limits::default()
    };
    let text = "a.b = c + 1;\n".repeat(200_000);
    let module = JavaScript.lower(FileId(0), "a.js", &text, &limits);
    assert!(
        module
            .problems
            .iter()
            .any(|p| p.kind == palisade_model::problem::ProblemKind::Limit)
    );
}

#[test]
fn schemas_of_other_files_keep_their_guarantees() {
    check(&[
        (
            "a.ts",
            "import { Order } from './schemas';
import { execSync } from 'child_process';
export const handler = async (event) => {
  const { id, kind, note, lines } = Order.parse(JSON.parse(event.body));
  execSync('ls ' + id);
  execSync('ls ' + kind);
  execSync('ls ' + note); //! shell
  for (const line of lines) {
    execSync('ls ' + line.count);
    execSync('ls ' + line.name); //! shell
  }
};
",
        ),
        (
            "schemas.ts",
            "import { z } from 'zod';
const Line = z.object({ count: z.number().int().min(1), name: z.string().max(10) });
const Base = z.object({ id: z.string().uuid() });
export const Order = Base.extend({ kind: z.enum(['a', 'b']).optional(), note: z.string(), lines: z.array(Line) });
",
        ),
    ]);
    check(&[(
        "a.js",
        "const { z } = require('zod');
exports.handler = async (event) => {
  z.string().uuid().parse(event.a);
  eval(event.a);
  if (!z.number().safeParse(event.b).success) return;
  eval(event.b);
  z.string().min(1).parse(event.c);
  eval(event.c); //! code
};
",
    )]);
}

#[test]
fn functions_and_classes_hold_what_is_put_on_them() {
    check(&[(
        "a.js",
        "class Runner {
  static get() {
    if (!Runner.instance) Runner.instance = new Runner();
    return Runner.instance;
  }
  run(x) { eval(x); } //! code
}
function tool() {}
tool.run = (x) => eval(x); //! code
exports.handler = async (event) => {
  Runner.get().run(event.a);
  tool.run(event.b);
};
",
    )]);
}
