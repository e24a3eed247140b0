//! A finding of a rule that judges the model, from the few facts that differ between such rules.

use palisade_model::app::{App, FunctionId, NodeId};
use palisade_model::attribute::Attribute;
use palisade_model::change::{NewValue, Remedy, SettingChange, Wish};
use palisade_model::finding::{Capped, Confidence, Consequence, Cut, Finding, Step, StepKind};
use palisade_model::guard::Guard;
use palisade_model::reach::{Level, Reach};
use palisade_model::setting::Answer;
use palisade_model::source::Span;

use crate::project::Project;
use crate::rule::Rule;

/// A finding in the making.
#[derive(Clone, Debug)]
#[must_use]
pub struct Draft {
    finding: Finding,
    /// Path of the root template.
    template: String,
}

impl Draft {
    /// `deed` follows `<who> can`, or is a sentence that begins with its subject (a name, an article).
    /// It is certain and inside the application until told otherwise.
    pub fn at(rule: &Rule, app: &App, place: Span, deed: impl Into<String>) -> Self {
        Self {
            finding: Finding {
                rule: rule.meta.id,
                sas: rule.meta.sas,
                cwe: rule.meta.cwe,
                app: app.root.clone(),
                function: None,
                trigger: None,
                place,
                reach: Reach::exactly(Level::Inside),
                reach_unknown: false,
                consequence: rule.meta.consequence,
                confidence: Confidence::Certain,
                capped: None,
                encoded: false,
                deed: deed.into(),
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
            },
            template: root_template(app),
        }
    }

    /// The function it is about.
    pub fn function(mut self, app: &App, function: FunctionId) -> Self {
        self.finding.function = Some(app.label(NodeId::Function(function)));
        self
    }

    /// The function it is about, by its name.
    pub fn named(mut self, function: &str) -> Self {
        self.finding.function = Some(function.to_owned());
        self
    }

    /// The code it is about: its entry, and who starts that.
    pub fn code(mut self, project: &Project<'_>, entry: usize) -> Self {
        let starter = project.starter_of(entry);
        self.finding.function = Some(project.name_of(entry));
        self.finding.reach = starter.reach;
        self.finding.reach_unknown = starter.unknown;
        if starter.unknown {
            self.finding.confidence = self.finding.confidence.min(Confidence::Likely);
        }
        self
    }

    /// Who can do it is known, whoever starts the function.
    pub fn known(mut self) -> Self {
        self.finding.reach_unknown = false;
        self
    }

    /// The trigger in words, such as `POST /order`.
    pub fn trigger(mut self, words: impl Into<String>) -> Self {
        self.finding.trigger = Some(words.into());
        self
    }

    /// Who can do it.
    pub fn reach(mut self, reach: Reach) -> Self {
        self.finding.reach = reach;
        self
    }

    /// What they gain, where it differs from the rule's own.
    pub fn consequence(mut self, consequence: Consequence) -> Self {
        self.finding.consequence = consequence;
        self
    }

    /// How sure it is by the answer that led to it: what depends or is unknown is likely.
    pub fn by(mut self, answer: &Answer) -> Self {
        if !answer.surely() {
            self.finding.confidence = self.finding.confidence.min(Confidence::Likely);
        }
        self
    }

    /// How sure it is.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.finding.confidence = confidence;
        self
    }

    /// A habit that is missing in many places: one line a rule, low.
    pub fn hygiene(mut self) -> Self {
        self.finding.capped = Some(Capped::Hygiene);
        self
    }

    /// The consequence for the reason of its rank, such as `it reads every order`.
    pub fn effect(mut self, words: impl Into<String>) -> Self {
        self.finding.effect = words.into();
        self
    }

    /// The role that the code runs with, and the data it reaches.
    pub fn role(mut self, role: Option<String>, data: Vec<String>) -> Self {
        self.finding.role = role;
        self.finding.data_weight = data.len();
        self.finding.data = data;
        self
    }

    /// A place that proves it, shown in a frame.
    pub fn step(mut self, kind: StepKind, span: Span, text: impl Into<String>) -> Self {
        self.finding.steps.push(Step {
            kind,
            span,
            text: text.into(),
            depth: 0,
        });
        self
    }

    /// What to change, and where; it closes the finding.
    pub fn cut(mut self, span: Span, text: impl Into<String>) -> Self {
        self.finding.cuts.push(Cut {
            span,
            text: text.into(),
            effect: "closes it".to_owned(),
            closes: true,
        });
        self
    }

    /// A setting that closes it. Only for what breaks nothing that the template shows, costs next to nothing and
    /// replaces no resource.
    pub fn set(self, node: NodeId, attribute: Attribute, value: NewValue) -> Self {
        self.wish(Wish::Setting(SettingChange {
            node,
            attribute,
            value,
            when: Guard::always(),
        }))
    }

    /// The least roles of functions close it; of none, nothing does.
    pub fn least(mut self, functions: impl IntoIterator<Item = FunctionId>) -> Self {
        for function in functions {
            self = self.wish(Wish::LeastRole(function));
        }
        self
    }

    fn wish(mut self, wish: Wish) -> Self {
        let template = &self.template;
        let remedy = self.finding.remedy.get_or_insert_with(|| Remedy {
            template: template.clone(),
            wishes: Vec::new(),
        });
        remedy.wishes.push(wish);
        self
    }

    /// Another place of the same cause.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.finding.also.push((span, text.into()));
        self
    }

    /// The finding. Without steps of its own, its place is the line that does harm.
    pub fn done(mut self) -> Finding {
        if !self.finding.steps.iter().any(|s| s.kind == StepKind::Line) {
            let (span, text) = (self.finding.place, String::new());
            self = self.step(StepKind::Line, span, text);
        }
        self.finding
    }
}

/// The path that tells an App from others of its folder; empty where no template declares it.
fn root_template(app: &App) -> String {
    let first = app.stacks.iter().next();
    first.map(|stack| stack.path.clone()).unwrap_or_default()
}
