//! From a tree to an outcome: read, link, lower, follow, judge, accept.

use palisade_flow::engine;
use palisade_flow::flows::{AppContext, EntryRequest, Flows};
use palisade_flow::ir::Language;
use palisade_flow::library::Library;
use palisade_flow::program::Program;
use palisade_iam::Judge;
use palisade_model::app::{App, FunctionId};
use palisade_model::finding::Finding;
use palisade_model::limits::Limits;
use palisade_model::problem::{Problem, ProblemKind};
use palisade_rules::project::Project;
use rayon::{ThreadPool, ThreadPoolBuilder};
use rustc_hash::FxHashMap;

use crate::guarded::{guarded, words};
use crate::leftovers;
use crate::lower::Lowered;
use crate::outcome;
use crate::repair::{self, Fix};
use crate::roles::{balances, least_roles};
use crate::run::{Coded, Reading, Run};
use crate::settings::Settings;
use crate::suppress::{self, date::Date};
use crate::timings::{Clock, Stages, Timings};
use crate::tree::Tree;
use crate::tree::disk::Disk;
use crate::words::Rules;

pub use crate::error::ScanError;
pub use crate::request::{Request, Scan};

/// Front ends and readers walk deep trees: their threads have this much stack.
const STACK_BYTES: usize = 64 << 20;

/// Scans paths.
pub fn scan(request: &Request) -> Result<Scan, ScanError> {
    scan_timed(request, &|| 0)
}

/// Scans paths and notes what each stage took by a clock.
pub fn scan_timed(request: &Request, clock: &Clock<'_>) -> Result<Scan, ScanError> {
    let tree = Disk::new(&request.paths, Limits::default().tree_files)?;
    scan_tree(request, &tree, &Limits::default(), clock)
}

/// Tells whether a finding is shown.
pub type Told<'t> = dyn Fn(&Finding) -> bool + 't;

/// Scans paths, and plans the changes that findings wish for that are told and not accepted. Numbers are those of
/// findings.
pub fn fix(request: &Request, told: &Told<'_>) -> Result<(Scan, Fix), ScanError> {
    let limits = Limits::default();
    let tree = Disk::new(&request.paths, limits.tree_files)?;
    let (scan, mut fix) = fix_tree(request, &tree, &limits, told)?;
    fix.root = tree.root().to_owned();
    Ok((scan, fix))
}

/// The same for any tree.
pub fn fix_tree(
    request: &Request,
    tree: &dyn Tree,
    limits: &Limits,
    told: &Told<'_>,
) -> Result<(Scan, Fix), ScanError> {
    whole(request, tree, limits, &|| 0, Some(told))
}

/// Scans the built-in example from memory.
pub fn example(request: &Request) -> Scan {
    scan_tree(request, &crate::example::tree(), &Limits::default(), &|| 0).unwrap_or_default()
}

/// Scans any tree.
pub fn scan_tree(
    request: &Request,
    tree: &dyn Tree,
    limits: &Limits,
    clock: &Clock<'_>,
) -> Result<Scan, ScanError> {
    whole(request, tree, limits, clock, None).map(|(scan, _)| scan)
}

fn whole(
    request: &Request,
    tree: &dyn Tree,
    limits: &Limits,
    clock: &Clock<'_>,
    told: Option<&Told<'_>>,
) -> Result<(Scan, Fix), ScanError> {
    let rules = Rules::new();
    let wanted = Wanted {
        only: rules.of_option("--only", &request.only)?,
        skip: rules.of_option("--skip", &request.skip)?,
    };
    let pool = pool(request.jobs)?;
    let run = Run {
        request,
        tree,
        limits,
        pool: &pool,
        rules: &rules,
    };
    let mut stages = Stages::new(clock);
    let mut timings = Timings::default();
    let mut reading = run.reading(&mut stages, &mut timings)?;
    let coded = run.coding(&mut reading);
    timings.code(&coded.lowered, &reading.texts.sources);
    timings.lower = stages.lap();
    judged(&run, &wanted, reading, coded, &mut stages, timings, told)
}

/// Rules that the command line names.
struct Wanted {
    only: Vec<&'static str>,
    skip: Vec<&'static str>,
}

impl Wanted {
    /// Whether a rule's findings are shown; the command line wins over the settings.
    fn has(&self, id: &str, settings: &Settings) -> bool {
        if self.skip.contains(&id) {
            return false;
        }
        if !self.only.is_empty() {
            return self.only.contains(&id);
        }
        let only = &settings.only;
        (only.is_empty() || only.contains(&id)) && !settings.skip.contains(&id)
    }
}

/// Follows data, judges it, and puts the outcome together.
fn judged(
    run: &Run<'_>,
    wanted: &Wanted,
    mut reading: Reading,
    coded: Coded,
    stages: &mut Stages<'_>,
    mut timings: Timings,
    told: Option<&Told<'_>>,
) -> Result<(Scan, Fix), ScanError> {
    let mut problems = std::mem::take(&mut reading.problems);
    let Coded {
        lowered,
        links,
        unnamed,
        entries,
    } = coded;
    let libraries = run.libraries(&reading.settings, &lowered)?;
    let judges: Vec<Judge<'_>> = reading.apps.iter().map(Judge::new).collect();
    let (program, flows) = follow(
        lowered,
        &libraries,
        &entries,
        &reading.apps,
        &judges,
        run.pool,
    );
    problems.extend(flows.problems.iter().cloned());
    let functions = program.functions.iter();
    timings.instructions = functions.map(|f| f.ir.instrs.len() as u64).sum();
    timings.flow = stages.lap();
    let spare = leftovers::spare(
        &reading.files,
        &mut reading.texts.sources,
        &unnamed,
        &program,
        &entries,
        &flows,
    );
    let balances = balances(&judges, &entries, &program, &flows);
    let project = Project {
        sources: &reading.texts.sources,
        apps: &reading.apps,
        entries: &entries,
        flows: &flows,
        judges: &judges,
        balances: &balances,
        as_of: &run.request.as_of,
        spare: &spare,
    };
    let findings = run.judge(&project, &mut problems);
    timings.rules = stages.lap();
    let context = suppress::Context {
        sources: &reading.texts.sources,
        apps: &reading.apps,
        plans: &reading.plans,
        settings: &reading.settings,
        rules: run.rules,
        as_of: Date::parse(&run.request.as_of),
    };
    let mut findings = suppress::apply(findings, context, &mut problems);
    findings.retain(|(finding, _)| wanted.has(finding.rule, &reading.settings));
    let fix = told.map(|told| {
        let all = findings.iter().enumerate();
        let told = all.filter(|(_, (finding, accepted))| accepted.is_none() && told(finding));
        let told = told.map(|(number, (finding, _))| (number, finding));
        let least = least_roles(&judges, &balances, &entries);
        let asked = repair::findings::asked(&reading.apps, told, &least);
        repair::fixed(run, &reading, &asked)
    });
    let outcome = outcome::outcome(outcome::Parts {
        request: run.request,
        texts: &reading.texts,
        files: &reading.files,
        closed: reading.closed,
        apps: &reading.apps,
        links: &links,
        unnamed: &unnamed,
        entries: &entries,
        program: &program,
        flows: &flows,
        findings,
        problems,
    });
    timings.rest = stages.lap();
    let scan = Scan {
        sources: reading.texts.sources,
        outcome,
        threshold: reading.settings.threshold,
        timings,
    };
    Ok((scan, fix.unwrap_or_default()))
}

pub(crate) fn pool(jobs: usize) -> Result<ThreadPool, ScanError> {
    let built = ThreadPoolBuilder::new()
        .num_threads(jobs)
        .stack_size(STACK_BYTES)
        .build();
    built.map_err(|error| {
        ScanError::new(
            format!("cannot start threads: {error}"),
            Some("try `--jobs 1`".to_owned()),
        )
    })
}

/// Follows data through the program.
pub(crate) fn follow(
    lowered: Vec<Lowered>,
    libraries: &FxHashMap<Language, Library>,
    entries: &[EntryRequest],
    apps: &[App],
    judges: &[Judge<'_>],
    pool: &ThreadPool,
) -> (Program, Flows) {
    let modules = lowered.into_iter().map(|l| (l.module, l.links)).collect();
    let program = Program::new(modules);
    let flows = pool.install(|| {
        guarded(|| {
            let may: Vec<_> = judges
                .iter()
                .map(|judge| {
                    move |function: FunctionId, action: &str, node: Option<_>, name: Option<&_>| {
                        judge.may(function, action, node, name)
                    }
                })
                .collect();
            let contexts: Vec<AppContext<'_>> = apps
                .iter()
                .zip(&may)
                .map(|(app, may)| AppContext { app, may })
                .collect();
            engine::analyze(&program, libraries, entries, &contexts)
        })
    });
    let flows = flows.unwrap_or_else(|said| Flows {
        problems: vec![Problem::path(
            ".",
            ProblemKind::Internal,
            words("no data was followed", &said),
        )],
        ..Flows::default()
    });
    (program, flows)
}
