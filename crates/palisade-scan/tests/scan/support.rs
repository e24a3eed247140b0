//! Trees in memory and on disk, and outcomes as lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use palisade_model::limits::Limits;
use palisade_model::problem::ProblemPlace;
use palisade_scan::pipeline::{Request, Scan, ScanError, scan, scan_tree};
use palisade_scan::tree::memory::Memory;

/// A SAM template with one function behind an open route.
pub(crate) const TEMPLATE: &str = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Run:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.13
      Events:
        Get:
          Type: HttpApi
          Properties: {Path: /run, Method: get}
";

/// A handler with a hole in line 4.
pub(crate) const CODE: &str = "\
import os
def handler(event, context):
    name = event['queryStringParameters']['name']
    os.system('echo ' + name)
";

pub(crate) fn request() -> Request {
    Request {
        as_of: "2026-11-01".to_owned(),
        jobs: 2,
        ..Request::default()
    }
}

/// Scans a tree in memory.
pub(crate) fn memory<B: AsRef<[u8]>>(files: &[(&str, B)]) -> Result<Scan, ScanError> {
    let tree = Memory::of(files.iter().map(|(path, bytes)| (*path, bytes.as_ref())));
    scan_tree(&request(), &tree, &Limits::default(), &|| 0)
}

/// Lines of an outcome: findings, problems, functions.
pub(crate) fn lines(scan: &Scan) -> Vec<String> {
    let mut lines = findings(scan);
    lines.extend(problems(scan));
    for function in &scan.outcome.functions {
        let handler = function.handler.as_deref().unwrap_or("nowhere");
        lines.push(format!("function {} {handler}", function.name));
    }
    lines
}

/// `finding path:line rule`, with `(reason)` where it is accepted. Injections alone: how trees are read and linked shows
/// in them, and the cases beside the rules show the rest.
pub(crate) fn findings(scan: &Scan) -> Vec<String> {
    let mut lines: Vec<String> = scan
        .outcome
        .findings
        .iter()
        .filter(|(finding, _)| finding.sas.contains(&1))
        .map(|(finding, accepted)| {
            let (file, start) = (finding.place.file, finding.place.start);
            let reason = accepted
                .as_ref()
                .map_or_else(String::new, |a| format!(" ({})", a.reason));
            format!(
                "finding {}:{} {}{reason}",
                scan.sources.path(file),
                scan.sources.line(file, start),
                finding.rule
            )
        })
        .collect();
    lines.sort();
    lines
}

/// `problem path:line kind message`.
pub(crate) fn problems(scan: &Scan) -> Vec<String> {
    let place = |place: &ProblemPlace| match place {
        ProblemPlace::Span(span) => {
            format!(
                "{}:{}",
                scan.sources.path(span.file),
                scan.sources.line(span.file, span.start)
            )
        }
        ProblemPlace::Path(path) => path.clone(),
    };
    let line = |p: &palisade_model::problem::Problem| {
        format!(
            "problem {} {} {}",
            place(&p.place),
            p.kind.word(),
            p.message
        )
    };
    scan.outcome.problems.iter().map(line).collect()
}

/// The finding of `TEMPLATE` and `CODE`.
pub(crate) const HOLE: &str = "finding src/app.py:4 sas01-os-command";

/// A folder that goes away with its owner.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "palisade-scan-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (path, text) in files {
            folder.write(path, text.as_bytes());
        }
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn scan(&self) -> Scan {
        self.scan_paths(&["."]).unwrap()
    }

    pub(crate) fn scan_paths(&self, paths: &[&str]) -> Result<Scan, ScanError> {
        scan(&Request {
            paths: paths.iter().map(|path| self.0.join(path)).collect(),
            ..request()
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
