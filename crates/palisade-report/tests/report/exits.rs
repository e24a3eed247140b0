//! Exit statuses, severities, ids and links.

use palisade_model::finding::{Capped, Confidence, Consequence, Finding};
use palisade_model::reach::{Level, Reach};
use palisade_report::options::Options;
use palisade_report::view::severity::Severity;
use palisade_report::view::view;

use crate::build::{Project, RULES, cv_filter, finding};
use crate::samples::feedback;

fn exit(project: &Project, options: &Options) -> u8 {
    view(&project.outcome, &project.sources, RULES, options).exit_status(options)
}

#[test]
fn exit_status() {
    let options = Options::default();
    assert_eq!(exit(&cv_filter(), &options), 1);
    assert_eq!(exit(&Project::default(), &options), 3);
    let empty_is_fine = Options {
        allow_empty: true,
        ..Options::default()
    };
    assert_eq!(exit(&Project::default(), &empty_is_fine), 0);
    let mut project = cv_filter();
    project.outcome.findings[0].0.reach = Reach::exactly(Level::Schedule);
    assert_eq!(exit(&project, &options), 0);
    let medium = Options {
        fail_on: Severity::Medium,
        ..Options::default()
    };
    assert_eq!(exit(&project, &medium), 1);
    // A finding or two win over 3.
    let mut project = cv_filter();
    project.outcome.understood = false;
    assert_eq!(exit(&project, &options), 1);
}

fn judged(change: impl FnOnce(&mut Finding)) -> (Severity, Confidence, String) {
    let mut project = cv_filter();
    change(&mut project.outcome.findings[0].0);
    let options = Options {
        pedantic: true,
        ..Options::default()
    };
    let view = view(&project.outcome, &project.sources, RULES, &options);
    let entry = &view.entries[0];
    (entry.severity, entry.confidence, entry.title.clone())
}

#[test]
fn exceptions_of_the_table() {
    let (severity, confidence, title) = judged(|f| {
        f.capped = Some(Capped::Latent);
        f.reach = Reach::default();
    });
    assert_eq!((severity, confidence), (Severity::Low, Confidence::Certain));
    assert!(title.starts_with("latent: whoever sends the event can run commands"));
    assert_eq!(
        judged(|f| f.capped = Some(Capped::UrlPath)).0,
        Severity::Low
    );
    assert_eq!(judged(|f| f.encoded = true).0, Severity::High);
    let (severity, confidence, title) = judged(|f| {
        f.reach = Reach::default();
        f.reach_unknown = true;
    });
    assert_eq!(
        (severity, confidence),
        (Severity::Critical, Confidence::Likely)
    );
    assert!(title.starts_with("whoever sends the event can "));
    assert_eq!(judged(|f| f.reach = Reach::default()).0, Severity::High);
    let (severity, confidence, title) = judged(|f| {
        f.consequence = Consequence::TakesData;
        f.reach = Reach {
            possibly: Level::Stranger,
            ..Reach::exactly(Level::Inside)
        };
    });
    assert_eq!(
        (severity, confidence),
        (Severity::Critical, Confidence::Likely)
    );
    assert!(title.starts_with("anyone can "));
    let possible = judged(|f| f.confidence = Confidence::Possible);
    assert_eq!(possible.1, Confidence::Possible);
}

#[test]
fn a_sentence_of_its_own_gets_no_sender() {
    for deed in [
        "5 functions share OrderRole",
        "Search writes the searched text into its page",
        "nodejs16.x of Search ended",
        "the key stands in the template",
    ] {
        assert_eq!(judged(|f| f.deed = deed.to_owned()).2, deed);
    }
    let (_, _, title) = judged(|f| f.consequence = Consequence::Untidy);
    assert!(title.starts_with("anyone can run commands"));
}

#[test]
fn notes_and_possible_findings_wait_for_pedantic() {
    let mut project = cv_filter();
    project.outcome.findings[0].0.confidence = Confidence::Possible;
    let view = view(
        &project.outcome,
        &project.sources,
        RULES,
        &Options::default(),
    );
    assert_eq!((view.entries.len(), view.hidden), (0, 1));
}

#[test]
fn ids_survive_moves_and_a_change_of_reach_and_tell_equals_apart() {
    let id = |project: &Project| {
        let options = Options::default();
        let view = view(&project.outcome, &project.sources, RULES, &options);
        view.entries
            .iter()
            .map(|e| e.id.short.clone())
            .collect::<Vec<_>>()
    };
    let before = id(&cv_filter());
    assert_eq!(before[0].len(), 8);
    let mut project = cv_filter();
    project.outcome.findings[0].0.reach = Reach::exactly(Level::Inside);
    project.outcome.findings[0].0.trigger = Some("another".to_owned());
    assert_eq!(id(&project), before);
    let mut project = cv_filter();
    let again = project.outcome.findings[0].0.clone();
    project.find(again);
    let ids = id(&project);
    assert!(ids.contains(&before[0]) && ids[0] != ids[1]);
    let mut project = cv_filter();
    project.outcome.findings[0].0.field = "subject".to_owned();
    assert_ne!(id(&project), before);
}

#[test]
fn a_template_finding_on_a_path_is_a_link_of_it() {
    let project = feedback();
    let options = Options::default();
    let view = view(&project.outcome, &project.sources, RULES, &options);
    let link = view
        .entries
        .iter()
        .find(|e| e.finding.rule == "sas02-open-policy")
        .unwrap();
    assert!(link.link);
    assert_eq!(
        (link.rank, link.path.as_ref()),
        (1, Some(&view.entries[0].id.short))
    );
    assert_eq!(view.links(&view.entries[0]).count(), 1);
}

#[test]
fn a_link_never_hides_what_is_worse_than_its_path() {
    let mut project = cv_filter();
    project.outcome.findings[0].0.reach = Reach::exactly(Level::Schedule);
    let place = project.at("template.yaml", "Type: SNS");
    project.find(finding("sas02-open-policy", place, "start ConvertFunction"));
    let options = Options::default();
    let view = view(&project.outcome, &project.sources, RULES, &options);
    assert_eq!(view.listed().count(), 2);
    assert_eq!(view.entries[0].finding.rule, "sas02-open-policy");
}
