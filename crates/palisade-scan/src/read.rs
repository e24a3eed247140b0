//! Files read into `Sources`, in order, whatever the number of threads.

use std::sync::Arc;

use palisade_lang::bundle;
use palisade_model::limits::Limits;
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::source::{FileId, Sources, Span};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::decode::decode;
use crate::kinds;
use crate::tree::{ReadError, Tree};

/// Documents that are surely no template are kept up to this size, for what names them.
const PLAIN_DOCUMENT_BYTES: usize = 256 << 10;

/// What was read so far.
#[derive(Debug, Default)]
pub struct Texts {
    /// The files.
    pub sources: Sources,
    /// Files by path; `None` for what could not be read.
    by_path: FxHashMap<String, Option<FileId>>,
    texts: FxHashMap<FileId, Arc<str>>,
    /// How many files were read.
    pub count: usize,
    /// Bytes of documents.
    pub document_bytes: u64,
}

/// How a file is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Want {
    /// A template or another document.
    Document,
    /// Source.
    Source,
    /// Source that a template names as a handler.
    Handler,
    /// Settings: small or of no use.
    Settings,
}

struct Text {
    text: String,
    wrong: Option<(usize, ProblemKind, String)>,
}

impl Texts {
    /// The file of a path that was read.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied().flatten()
    }

    /// Whether reading was tried.
    pub fn tried(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
    }

    /// Another id for the text of a file, for code that stands inside a template.
    pub fn twin(&mut self, file: FileId) -> FileId {
        let text = self.texts.get(&file).cloned().unwrap_or_else(|| "".into());
        self.sources.add(self.sources.path(file).to_owned(), text)
    }

    /// Reads files that were not read yet; answers those that are text now.
    pub fn read(
        &mut self,
        tree: &dyn Tree,
        wanted: &[(String, Want)],
        limits: &Limits,
        problems: &mut Vec<Problem>,
    ) {
        let mut new: Vec<&(String, Want)> = wanted
            .iter()
            .filter(|(path, _)| !self.tried(path))
            .collect();
        new.sort_by(|a, b| {
            a.0.cmp(&b.0)
                .then((b.1 == Want::Handler).cmp(&(a.1 == Want::Handler)))
        });
        new.dedup_by(|a, b| a.0 == b.0);
        // By portions, so that what is dropped at once never lies in memory all together.
        for portion in new.chunks(1024) {
            let read: Vec<Result<Option<Text>, Problem>> = portion
                .par_iter()
                .map(|(path, want)| text_of(tree, path, *want, limits))
                .collect();
            for ((path, want), read) in portion.iter().zip(read) {
                let file = match read {
                    Ok(Some(text)) => Some(self.add(path, *want, text, problems)),
                    Ok(None) => None,
                    Err(problem) => {
                        problems.push(problem);
                        None
                    }
                };
                self.by_path.insert(path.clone(), file);
            }
        }
    }

    fn add(&mut self, path: &str, want: Want, read: Text, problems: &mut Vec<Problem>) -> FileId {
        self.count += 1;
        if want == Want::Document {
            self.document_bytes += read.text.len() as u64;
        }
        let text: Arc<str> = read.text.into();
        let file = self.sources.add(path, Arc::clone(&text));
        self.texts.insert(file, text);
        if let Some((at, kind, words)) = read.wrong {
            problems.push(Problem::at(
                Span::new(file, at, at),
                kind,
                Cost::Value,
                words,
            ));
        }
        file
    }
}

/// The text of a file; `None` where it concerns nobody.
fn text_of(
    tree: &dyn Tree,
    path: &str,
    want: Want,
    limits: &Limits,
) -> Result<Option<Text>, Problem> {
    let most = match want {
        Want::Document => limits.template_bytes,
        Want::Source => limits.source_bytes,
        Want::Handler => limits.handler_bytes,
        Want::Settings => PLAIN_DOCUMENT_BYTES,
    };
    let bytes = match tree.read(path, most) {
        Ok(bytes) => bytes,
        Err(_) if want == Want::Settings => return Ok(None),
        Err(ReadError::Failed(why)) => {
            let words = format!("{why}: skipped");
            return Err(Problem::path(path, ProblemKind::Unreadable, words));
        }
        Err(ReadError::TooLarge(..)) if kinds::is_lock(path) => return Ok(None),
        Err(ReadError::TooLarge(size, head)) => {
            return Err(too_large(path, want, size, most, &head));
        }
    };
    let decoded = match decode(bytes) {
        Ok(decoded) => decoded,
        Err(_) if want == Want::Settings => return Ok(None),
        Err(why) => return Err(Problem::path(path, ProblemKind::Unreadable, why)),
    };
    if want == Want::Settings {
        return Ok(
            (longest_line(&decoded.text) <= limits.line_bytes).then_some(Text {
                text: decoded.text,
                wrong: None,
            }),
        );
    }
    if want == Want::Document && !is_kept(path, &decoded.text) {
        return Ok(None);
    }
    if want != Want::Document && longest_line(&decoded.text) > limits.line_bytes {
        let words = format!(
            "a line of more than {}: skipped",
            size_words(limits.line_bytes as u64)
        );
        return Err(Problem::path(path, ProblemKind::Limit, words));
    }
    Ok(Some(Text {
        text: decoded.text,
        wrong: decoded.wrong,
    }))
}

fn too_large(path: &str, want: Want, size: u64, most: usize, head: &[u8]) -> Problem {
    let size = size_words(size);
    let most = size_words(most as u64);
    if want != Want::Document {
        let head = String::from_utf8_lossy(head);
        if let Some(what) = bundle::recognized(&head) {
            let words = format!(
                "{size} of {what} code: recognized and left out; its functions were not examined"
            );
            return Problem::path(path, ProblemKind::Skipped, words);
        }
    }
    Problem::path(
        path,
        ProblemKind::Limit,
        format!("{size}: skipped (limit {most})"),
    )
}

/// Whether a document may be of use: a template, or what a template may name.
fn is_kept(path: &str, text: &str) -> bool {
    let words = ["Resources", "StartAt", "swagger", "openapi", "palisade"];
    !kinds::is_lock(path)
        && (text.len() <= PLAIN_DOCUMENT_BYTES
            || !path.ends_with(".json")
            || words.iter().any(|word| text.contains(word)))
}

fn longest_line(text: &str) -> usize {
    text.split('\n').map(str::len).max().unwrap_or(0)
}

/// `11 MB`, `412 KB`.
pub fn size_words(bytes: u64) -> String {
    match bytes {
        0..=9_999 => format!("{bytes} bytes"),
        10_000..=1_048_575 => format!("{} KB", bytes >> 10),
        _ => format!("{} MB", bytes >> 20),
    }
}
