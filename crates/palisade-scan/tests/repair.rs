//! Repairs onto a disk: files that changed meanwhile, that may not be written, and writers that are stopped half-way.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::fs;
use std::io;
use std::path::PathBuf;

use palisade_model::change::{Allowed, Change, RoleChange};
use palisade_model::edit::{Edit, FileEdit};
use palisade_model::limits::Limits;
use palisade_model::source::{FileId, Span};
use palisade_model::text::Text;
use palisade_scan::repair::write::{Step, write, write_with};
use palisade_scan::repair::{Plan, apply, plan_tree};
use palisade_scan::request::Request;
use palisade_scan::tree::disk::Disk;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &[u8])]) -> Self {
        let path = std::env::temp_dir().join(format!("palisade-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        for (file, bytes) in files {
            let whole = path.join(file);
            fs::create_dir_all(whole.parent().unwrap()).unwrap();
            fs::write(whole, bytes).unwrap();
        }
        Self(path)
    }

    fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.0.join(file)).unwrap()
    }

    /// Every name in the folder, temporary ones too.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn edit(path: &str, before: &str, start: usize, end: usize, text: &str) -> FileEdit {
    let edit = Edit {
        span: Span::new(FileId(0), start, end),
        text: text.to_owned(),
    };
    FileEdit::new(FileId(0), path, before, vec![edit]).unwrap()
}

#[test]
fn files_are_replaced_and_keep_marks_and_rights() {
    let folder = Folder::new("replace", &[("a", b"one\r\n"), ("b", b"\xef\xbb\xbftwo")]);
    let files = [
        edit("a", "one\r\n", 0, 3, "ONE"),
        edit("b", "two", 3, 3, "!"),
    ];
    write(&files, &folder.0).unwrap();
    assert_eq!(folder.read("a"), b"ONE\r\n");
    assert_eq!(folder.read("b"), b"\xef\xbb\xbftwo!");
    assert_eq!(folder.names(), ["a", "b"]);
}

#[test]
fn a_file_that_changed_is_left_alone_with_all_others() {
    let folder = Folder::new("changed", &[("a", b"one"), ("b", b"other")]);
    let files = [edit("a", "one", 0, 3, "ONE"), edit("b", "two", 0, 3, "TWO")];
    let error = write(&files, &folder.0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "b changed since it was read: nothing was written"
    );
    assert_eq!(folder.read("a"), b"one");
    assert_eq!(folder.names(), ["a", "b"]);
}

#[test]
fn a_file_that_changes_while_it_is_written_is_left_alone() {
    let folder = Folder::new("race", &[("a", b"one")]);
    let path = folder.0.join("a");
    let error = write_with(&[edit("a", "one", 0, 3, "ONE")], &folder.0, &mut |step| {
        if step == Step::Stage {
            fs::write(&path, "somebody else's").unwrap();
        }
        Ok(())
    });
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("changed since it was read")
    );
    assert_eq!(folder.read("a"), b"somebody else's");
    assert_eq!(folder.names(), ["a"]);
}

#[test]
fn a_read_only_file_is_refused_in_words() {
    let folder = Folder::new("read-only", &[("a", b"one")]);
    let path = folder.0.join("a");
    let mut rights = fs::metadata(&path).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(&path, rights).unwrap();
    let error = write(&[edit("a", "one", 0, 3, "ONE")], &folder.0).unwrap_err();
    assert_eq!(error.to_string(), "a is read-only: nothing was written");
    assert_eq!(folder.read("a"), b"one");
}

#[test]
fn a_writer_that_is_stopped_at_any_step_leaves_all_files_old() {
    for stop in 0..8 {
        let folder = Folder::new(&format!("stop-{stop}"), &[("a", b"one"), ("b", b"two")]);
        let files = [edit("a", "one", 0, 3, "ONE"), edit("b", "two", 0, 3, "TWO")];
        let mut steps = 0;
        let outcome = write_with(&files, &folder.0, &mut |_| {
            steps += 1;
            if steps == stop + 1 {
                return Err(io::Error::other("stopped"));
            }
            Ok(())
        });
        assert!(outcome.is_err(), "step {stop}");
        assert_eq!(folder.read("a"), b"one", "step {stop}");
        assert_eq!(folder.read("b"), b"two", "step {stop}");
        assert_eq!(folder.names(), ["a", "b"], "step {stop}");
    }
}

#[test]
fn other_encodings_and_what_is_no_file_are_refused() {
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("one".bytes().flat_map(|b| [b, 0]))
        .collect();
    let folder = Folder::new("odd", &[("a", &wide), ("d/x", b"x")]);
    let error = write(&[edit("a", "one", 0, 3, "ONE")], &folder.0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot write a: it is not written in UTF-8"
    );
    for path in ["d", "none", "../a"] {
        assert!(
            write(&[edit(path, "one", 0, 3, "ONE")], &folder.0).is_err(),
            "{path}"
        );
    }
    assert_eq!(folder.read("a"), wide);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = Folder::new("links", &[("real/a", b"one")]);
    std::os::unix::fs::symlink(folder.0.join("real/a"), folder.0.join("link")).unwrap();
    std::os::unix::fs::symlink(folder.0.join("real"), folder.0.join("folder")).unwrap();
    for path in ["link", "folder/a"] {
        assert!(
            write(&[edit(path, "one", 0, 3, "ONE")], &folder.0).is_err(),
            "{path}"
        );
    }
    assert_eq!(folder.read("real/a"), b"one");
}

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Parse:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      Policies: [AmazonS3FullAccess]
";

/// Every function of a folder may get one object, and nothing else.
fn planned(folder: &Folder) -> Plan {
    let disk = Disk::new(std::slice::from_ref(&folder.0), 1_000).unwrap();
    let request = Request::default();
    let wish = |apps: &[palisade_model::app::App]| {
        let each = apps.iter().enumerate().flat_map(|(at, app)| {
            app.functions.ids().map(move |function| {
                let one = Allowed::of(["s3:GetObject"], [Text::of("arn:aws:s3:::data/*")]);
                (
                    at,
                    Change::Role(RoleChange {
                        function,
                        allowed: vec![one],
                        keep: Vec::new(),
                    }),
                )
            })
        });
        each.collect()
    };
    plan_tree(&request, &disk, &Limits::default(), &wish)
        .unwrap()
        .0
}

#[test]
fn a_tree_is_planned_shown_and_written_and_then_fits() {
    let marked = format!("\u{feff}{TEMPLATE}").replace('\n', "\r\n");
    let folder = Folder::new(
        "tree",
        &[
            ("a/template.yaml", TEMPLATE.as_bytes()),
            ("b/template.yaml", marked.as_bytes()),
        ],
    );
    let plan = planned(&folder);
    assert!(plan.refused.is_empty(), "{:?}", plan.refused);
    assert_eq!(plan.files.len(), 2);
    assert!(
        plan.diff()
            .starts_with("--- a/a/template.yaml\n+++ b/a/template.yaml\n")
    );
    apply(&plan, &folder.0).unwrap();
    let second = String::from_utf8(folder.read("b/template.yaml")).unwrap();
    assert!(second.starts_with('\u{feff}') && second.contains("'arn:aws:s3:::data/*'"));
    assert_eq!(second.matches('\n').count(), second.matches("\r\n").count());
    let again = planned(&folder);
    assert!(again.is_empty() && again.refused.is_empty());
}

#[test]
fn a_template_that_changes_between_reading_and_writing_is_not_touched() {
    let folder = Folder::new(
        "between",
        &[
            ("a/template.yaml", TEMPLATE.as_bytes()),
            ("b/template.yaml", TEMPLATE.as_bytes()),
        ],
    );
    let plan = planned(&folder);
    let changed = format!("{TEMPLATE}# somebody wrote this meanwhile\n");
    fs::write(folder.0.join("b/template.yaml"), &changed).unwrap();
    let error = apply(&plan, &folder.0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "b/template.yaml changed since it was read: nothing was written"
    );
    assert_eq!(folder.read("a/template.yaml"), TEMPLATE.as_bytes());
    assert_eq!(folder.read("b/template.yaml"), changed.as_bytes());
}
