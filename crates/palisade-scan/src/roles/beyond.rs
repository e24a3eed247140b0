//! Where the code of an entry goes on beyond what was read: packages that ask AWS by themselves, files that are missing.

use std::collections::{BTreeMap, BTreeSet};

use palisade_flow::program::{ModuleId, Program, Target};
use palisade_iam::wrappers;
use palisade_model::source::{FileId, Span};

/// The places of an entry's files where code that was not read may ask AWS for more, with the reason.
pub(super) struct Beyond<'p> {
    program: &'p Program,
    of_file: BTreeMap<FileId, Vec<(Span, String)>>,
}

impl<'p> Beyond<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        Self {
            program,
            of_file: BTreeMap::new(),
        }
    }

    /// For the file of an entry, all that it imports included.
    pub(super) fn of(&mut self, file: FileId) -> &[(Span, String)] {
        let program = self.program;
        self.of_file
            .entry(file)
            .or_insert_with(|| found(program, file))
    }
}

fn found(program: &Program, file: FileId) -> Vec<(Span, String)> {
    let mut places = BTreeSet::new();
    let mut seen: BTreeSet<ModuleId> = BTreeSet::new();
    let mut next: Vec<ModuleId> = program.by_file.get(&file).copied().into_iter().collect();
    while let Some(module) = next.pop() {
        if !seen.insert(module) {
            continue;
        }
        let Some(module) = program.modules.get(module) else {
            continue;
        };
        for bound in &module.imports {
            match &bound.target {
                Target::Module(other) => next.push(*other),
                Target::Submodule(package, other) => next.extend(package.iter().chain([other])),
                Target::External(name) => {
                    let name = program.text(*name);
                    if wrappers::asks(name) {
                        places.insert((bound.span, format!("`{name}` asks AWS by itself")));
                    }
                }
                Target::Unresolved => {
                    places.insert((bound.span, "what is imported here was not found".to_owned()));
                }
            }
        }
    }
    places.into_iter().collect()
}
