//! Repairs of whole trees, when `PALISADE_REPAIR_TREE` names one: made-up changes of every function, each proved.
//!
//! `PALISADE_REPAIR_OUT` names a folder for the repaired files; other tools may look at them there.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

mod repairs;

use std::collections::BTreeMap;
use std::path::Path;

use palisade_iac::repair::diff::unified;
use palisade_model::app::{App, Function};
use palisade_model::change::{Allowed, Change, RoleChange};
use palisade_model::policy::{Effect, Grant, Statement};
use palisade_model::setting::How;
use palisade_model::text::{Part, Symbol, Text};
use repairs::{Project, after};

/// What is wished for a function, from what it has.
const WISHES: [&str; 4] = ["one", "less", "nothing", "other"];

fn files(folder: &Path, root: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_symlink() || name == "node_modules" || name.starts_with(".git") {
            continue;
        }
        if path.is_dir() {
            files(&path, root, found);
        } else if [".yaml", ".yml", ".json", ".template"]
            .iter()
            .any(|end| name.ends_with(end))
            && let Ok(text) = std::fs::read_to_string(&path)
            && text.len() < 2_000_000
        {
            let relative = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            found.push((relative, text));
        }
    }
}

/// A concrete action for a pattern.
fn concrete(action: &str) -> String {
    let known = [
        ("s3", "s3:GetObject"),
        ("dynamodb", "dynamodb:GetItem"),
        ("sqs", "sqs:SendMessage"),
        ("sns", "sns:Publish"),
        ("logs", "logs:PutLogEvents"),
        ("lambda", "lambda:InvokeFunction"),
        ("ses", "ses:SendEmail"),
        ("kms", "kms:Decrypt"),
        ("events", "events:PutEvents"),
        ("states", "states:StartExecution"),
        ("secretsmanager", "secretsmanager:GetSecretValue"),
        ("ssm", "ssm:GetParameter"),
        ("kinesis", "kinesis:PutRecord"),
    ];
    let service = action.split(':').next().unwrap();
    let named = known
        .iter()
        .find(|(name, _)| action.contains('*') && *name == service);
    named.map_or(action.to_owned(), |(_, action)| (*action).to_owned())
}

fn can_be_written(text: &Text, own: &Function) -> bool {
    text.parts().iter().all(|part| match part {
        Part::Literal(_) => true,
        Part::Hole(Symbol::Pseudo(_)) => true,
        Part::Hole(Symbol::Parameter(stack, _)) => *stack == own.key.stack,
        Part::Hole(Symbol::Attr(stack, address, _)) => {
            *stack == own.key.stack && !address.contains(['/', '#'])
        }
        Part::Hole(_) => false,
    })
}

fn statements<'a>(app: &'a App, function: &Function) -> Vec<&'a Statement> {
    let mut found = Vec::new();
    for (_, role) in &function.role {
        for grant in &app.roles[*role].grants {
            if let Grant::Statement(s) = grant
                && s.effect == Effect::Allow
                && !s.not_actions
                && !s.not_resources
                && !matches!(s.origin.how, How::Generated(maker) if maker != "sam.policy-template")
            {
                found.push(s);
            }
        }
    }
    found
}

fn wish(app: &App, function: &Function, id: palisade_model::app::FunctionId, kind: &str) -> Change {
    let mut allowed = Vec::new();
    let now = statements(app, function);
    let of = |s: &Statement, skip: usize| -> Option<Allowed> {
        let actions: Vec<String> = s
            .actions
            .iter()
            .filter_map(|a| a.literal())
            .skip(skip)
            .map(concrete)
            .collect();
        let on: Vec<Text> = s
            .resources
            .iter()
            .filter(|r| can_be_written(r, function))
            .cloned()
            .collect();
        (!actions.is_empty() && !on.is_empty()).then(|| Allowed::of(actions, on))
    };
    match kind {
        "one" => allowed.extend(now.iter().find_map(|s| of(s, 0)).map(|mut one| {
            one.actions.truncate(1);
            one.resources.truncate(1);
            one
        })),
        "less" => allowed.extend(now.iter().filter_map(|s| of(s, 1))),
        "nothing" => {}
        _ => {
            let own = Text::join([
                Part::Literal("arn:aws:s3:::made-up-".to_owned()),
                Part::Hole(Symbol::Pseudo("AWS::AccountId".to_owned())),
                Part::Literal("/*".to_owned()),
            ]);
            allowed.push(Allowed::of(["s3:GetObject", "s3:PutObject"], [own]));
        }
    }
    let keep = [
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaVPCAccessExecutionRole",
        "AWSXrayWriteOnlyAccess",
    ];
    Change::Role(RoleChange {
        function: id,
        allowed,
        keep: keep.map(str::to_owned).to_vec(),
    })
}

#[test]
fn trees() {
    let Some(root) = std::env::var_os("PALISADE_REPAIR_TREE") else {
        return;
    };
    let root = Path::new(&root);
    let out = std::env::var_os("PALISADE_REPAIR_OUT");
    let mut all = Vec::new();
    files(root, root, &mut all);
    let project = Project::read(&all);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for kind in WISHES {
        let (mut asked, mut refused, mut edited, mut again, mut idle) = (0, 0, 0, 0, 0);
        for (at, app) in project.apps().iter().enumerate() {
            let changes: Vec<Change> = app
                .functions
                .enumerate()
                .map(|(id, function)| wish(app, function, id, kind))
                .collect();
            if changes.is_empty() {
                continue;
            }
            asked += changes.len();
            let repair = project.apply(at, &changes);
            refused += repair.refused.len();
            for refusal in &repair.refused {
                let root = &app.stacks.iter().next().unwrap().path;
                let shown: String = refusal
                    .reason
                    .chars()
                    .map(|c| if c.is_ascii_digit() { '#' } else { c })
                    .collect();
                *reasons.entry(shown).or_default() += 1;
                if std::env::var_os("PALISADE_REPAIR_SHOW").is_some() {
                    println!("{kind} {root}: {}", refusal.reason);
                }
            }
            edited += repair.files.len();
            idle += usize::from(repair.files.is_empty() && repair.refused.is_empty());
            // The second run: only over the files of this App and what stands beside them.
            if !repair.files.is_empty() {
                let root = app.root.trim_start_matches('.');
                let near: Vec<(String, String)> = all
                    .iter()
                    .filter(|(path, _)| path.starts_with(root))
                    .cloned()
                    .collect();
                let near = after(&near, &repair);
                let second = Project::read(&near);
                let same = second.apps().iter().position(|other| {
                    other.stacks.iter().next().map(|s| &s.path)
                        == app.stacks.iter().next().map(|s| &s.path)
                });
                let same = same.unwrap_or_else(|| panic!("{} is no App any more", app.root));
                let kept: Vec<Change> = changes
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| repair.refused.iter().all(|r| r.change != *at))
                    .filter_map(|(_, change)| {
                        let Change::Role(role) = change else {
                            return None;
                        };
                        let key = &app.functions[role.function].key.address;
                        let other = second.apps()[same]
                            .functions
                            .enumerate()
                            .find(|(_, f)| f.key.address == *key)?;
                        Some(Change::Role(RoleChange {
                            function: other.0,
                            ..role.clone()
                        }))
                    })
                    .collect();
                let third = second.apply(same, &kept);
                if !third.files.is_empty() {
                    again += 1;
                    println!(
                        "again {kind} {}\n{}",
                        app.root,
                        third.files.iter().map(unified).collect::<String>()
                    );
                }
            }
            if let Some(out) = &out {
                for file in &repair.files {
                    let path = Path::new(out).join(kind).join(file.path());
                    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    std::fs::write(&path, file.after()).unwrap();
                    let before = Path::new(out).join("before").join(file.path());
                    std::fs::create_dir_all(before.parent().unwrap()).unwrap();
                    std::fs::write(before, file.before()).unwrap();
                    let diff = Path::new(out).join(format!("{kind}.diff"));
                    use std::io::Write as _;
                    let mut diff = std::fs::OpenOptions::new()
                        .append(true)
                        .create(true)
                        .open(diff)
                        .unwrap();
                    diff.write_all(unified(file).as_bytes()).unwrap();
                }
            }
        }
        println!(
            "{kind}: {asked} functions, {refused} refused, {edited} files edited, {idle} Apps fit, {again} not settled"
        );
    }
    let mut reasons: Vec<(usize, String)> = reasons
        .into_iter()
        .map(|(reason, count)| (count, reason))
        .collect();
    reasons.sort();
    for (count, reason) in reasons.iter().rev().take(40) {
        println!("{count:5} {reason}");
    }
}
