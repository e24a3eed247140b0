//! Outcomes made by hand: files of numbered lines, findings with spans found by their text.

use palisade_model::finding::{
    Capped, Confidence, Consequence, Cut, Example, Finding, FunctionSummary, Outcome, Step,
    StepKind,
};
use palisade_model::problem::{Cost, Problem, ProblemKind};
use palisade_model::reach::{Level, Reach};
use palisade_model::source::{Sources, Span};
use palisade_report::catalog;
use palisade_report::options::Options;
use palisade_report::rule_info::RuleInfo;
use palisade_report::view::view;

pub(crate) const RULES: &[RuleInfo] = &[
    RuleInfo {
        id: "sas01-os-command",
        title: "a shell runs text of an event",
        sas: &[1],
        cwe: &[78],
        consequence: Consequence::TakesControl,
        doc: "## What it finds\n\nText of an event that reaches a shell.\n\n## Why it matters\n\nWhoever sends the event runs commands.\n\n## Instead\n\n```python\nsubprocess.run([\"touch\", name])\n```\n",
    },
    RuleInfo {
        id: "sas11-runtime-eol",
        title: "runtimes past their end",
        sas: &[11],
        cwe: &[1104],
        consequence: Consequence::Untidy,
        doc: "A runtime that gets no more repairs.",
    },
];

/// A project in memory.
#[derive(Default)]
pub(crate) struct Project {
    pub(crate) sources: Sources,
    pub(crate) outcome: Outcome,
}

impl Project {
    /// A file with these lines at these numbers, nothing on the others.
    pub(crate) fn file(&mut self, path: &str, lines: &[(usize, &str)]) -> &mut Self {
        let last = lines.iter().map(|(n, _)| *n).max().unwrap_or(0);
        let mut all = vec![""; last];
        for (n, line) in lines {
            all[n - 1] = line;
        }
        self.sources.add(path, all.join("\n") + "\n");
        self.outcome.files += 1;
        self.outcome.understood = true;
        self
    }

    /// The first place of a text in a file.
    pub(crate) fn at(&self, path: &str, text: &str) -> Span {
        let file = self.sources.find(path).unwrap();
        let start = self.sources.text(file).find(text).unwrap();
        Span::new(file, start, start + text.len())
    }

    /// The first place of a text at or after a line.
    pub(crate) fn line(&self, path: &str, line: u32, text: &str) -> Span {
        let file = self.sources.find(path).unwrap();
        let from = self.sources.line_span(file, line).start as usize;
        let start = from + self.sources.text(file)[from..].find(text).unwrap();
        Span::new(file, start, start + text.len())
    }

    pub(crate) fn function(&mut self, name: &str, place: Span, triggers: &[&str], linked: bool) {
        self.outcome.functions.push(FunctionSummary {
            name: name.to_owned(),
            app: ".".to_owned(),
            place,
            triggers: triggers.iter().map(|t| (*t).to_owned()).collect(),
            handler: linked.then(|| "src/app.py handler".to_owned()),
            role: linked.then(|| format!("{name}Role")),
            incomplete: Vec::new(),
        });
    }

    pub(crate) fn find(&mut self, finding: Finding) {
        self.outcome.findings.push((finding, None));
    }

    pub(crate) fn problem(&mut self, span: Span, kind: ProblemKind, cost: Cost, message: &str) {
        self.outcome
            .problems
            .push(Problem::at(span, kind, cost, message));
    }

    pub(crate) fn write(&self, format: &str, options: &Options) -> String {
        let view = view(&self.outcome, &self.sources, RULES, options);
        catalog::find(format).unwrap().write(&view, options)
    }

    pub(crate) fn text(&self, options: &Options) -> String {
        self.write("text", options)
    }
}

pub(crate) fn step(kind: StepKind, span: Span, text: &str) -> Step {
    Step {
        kind,
        span,
        text: text.to_owned(),
        depth: 0,
    }
}

pub(crate) fn cut(span: Span, text: &str, effect: &str) -> Cut {
    Cut {
        span,
        text: text.to_owned(),
        effect: effect.to_owned(),
        closes: effect == "closes the path",
    }
}

/// A certain finding that anyone can bring about.
pub(crate) fn finding(rule: &'static str, place: Span, deed: &str) -> Finding {
    Finding {
        rule,
        sas: &[1],
        cwe: &[78],
        app: ".".to_owned(),
        function: None,
        trigger: None,
        place,
        reach: Reach::exactly(Level::Stranger),
        reach_unknown: false,
        consequence: Consequence::TakesControl,
        confidence: Confidence::Certain,
        capped: None,
        encoded: false,
        deed: deed.to_owned(),
        effect: String::new(),
        field: String::new(),
        sink: String::new(),
        steps: Vec::new(),
        role: None,
        data: Vec::new(),
        data_weight: 0,
        example: None,
        cuts: Vec::new(),
        remedy: None,
        also: Vec::new(),
        more: 0,
    }
}

/// Hygiene at a place.
pub(crate) fn hygiene(rule: &'static str, place: Span, deed: &str) -> Finding {
    Finding {
        sas: &[11],
        cwe: &[1104],
        consequence: Consequence::Untidy,
        capped: Some(Capped::Hygiene),
        reach: Reach::exactly(Level::Inside),
        ..finding(rule, place, deed)
    }
}

/// One function that files mail away: the whole path of a shell.
pub(crate) fn cv_filter() -> Project {
    let mut project = Project::default();
    project
        .file(
            "template.yaml",
            &[
                (8, "  ConvertFunction:"),
                (21, "        Type: SNS"),
                (34, "          - S3CrudPolicy: {BucketName: !Ref CvFiles}"),
            ],
        )
        .file(
            "src/app.py",
            &[
                (
                    14,
                    "    mail = parse(event[\"Records\"][0][\"Sns\"][\"Message\"])",
                ),
                (20, "        name = part.get_filename()"),
                (27, "        os.system(f\"pdftotext /tmp/{name} -\")"),
                (30, "    return None"),
            ],
        );
    let (template, app) = ("template.yaml", "src/app.py");
    let place = project.at(template, "ConvertFunction");
    project.function("ConvertFunction", place, &["mail, anyone"], true);
    let line = project.at(app, "os.system");
    let policy = project.at(template, "S3CrudPolicy");
    let steps = vec![
        step(
            StepKind::Entry,
            project.at(template, "Type: SNS"),
            "mail to the address comes in here, from anyone",
        ),
        step(
            StepKind::Field,
            project.at(app, "event[\"Records\"][0][\"Sns\"][\"Message\"]"),
            "as sent",
        ),
        step(
            StepKind::Field,
            project.at(app, "part.get_filename()"),
            "chosen by the sender",
        ),
        step(StepKind::Line, line, "a shell reads the whole string"),
        step(
            StepKind::Role,
            policy,
            "the command may read and delete every CV",
        ),
    ];
    project.find(Finding {
        function: Some("ConvertFunction".to_owned()),
        trigger: Some("mail".to_owned()),
        effect: "it runs commands, and its role can delete cv-files".to_owned(),
        field: "attachments[].filename".to_owned(),
        sink: "os.system".to_owned(),
        role: Some("ConvertRole: S3 crud".to_owned()),
        data: vec!["cv-files".to_owned()],
        data_weight: 0,
        example: Some(Example {
            payload: "x.pdf;touch${IFS}/tmp/palisade-canary".to_owned(),
            event: "{\n  \"Records\": []\n}".to_owned(),
        }),
        steps,
        cuts: vec![
            cut(line, "pass a list, without a shell", "closes the path"),
            cut(
                policy,
                "grant s3:PutObject on out/ alone",
                "limits it to out/",
            ),
        ],
        ..finding(
            "sas01-os-command",
            line,
            "run commands in ConvertFunction by naming an attachment",
        )
    });
    project
}
