//! Notes on how users sign in: no second factor, passwords in clear, errors that tell who exists.

use palisade_model::app::{App, Kind, Resource};
use palisade_model::attribute::Attribute;
use palisade_model::finding::{Consequence, Finding, StepKind};
use palisade_model::setting::{Answer, How, Setting};
use palisade_model::source::Span;
use palisade_model::text::Text;

use crate::draft::Draft;
use crate::project::Project;
use crate::rule::{Rule, RuleMeta};

/// The rule.
pub const RULE: Rule = Rule {
    meta: RuleMeta {
        id: "sas02-sign-in-habits",
        title: "habits of signing in",
        sas: &[2],
        cwe: &[308, 204],
        consequence: Consequence::Untidy,
        doc: include_str!("doc.md"),
    },
    cases: include_str!("cases.md"),
    judge,
};

fn judge(rule: &Rule, project: &Project<'_>, findings: &mut Vec<Finding>) {
    for app in project.apps {
        for resource in app.resources.iter() {
            if resource.kind == Kind::UserPool {
                findings.extend(factor(rule, app, resource));
            } else if resource.type_name == "AWS::Cognito::UserPoolClient" {
                findings.extend(client(rule, app, resource));
            }
        }
    }
}

fn factor(rule: &Rule, app: &App, pool: &Resource) -> Option<Finding> {
    let setting = pool.settings.text(Attribute::SecondFactor)?;
    let off = setting.is(|text: &Text| text.literal() == Some("OFF"));
    matches!(off, Answer::Yes).then(|| {
        let deed = format!("the pool {} asks for no second factor", pool.key.address);
        let place = place(setting, pool);
        Draft::at(rule, app, place, deed)
            .step(StepKind::Line, place, "a password is all it takes")
            .cut(place, "set MfaConfiguration to OPTIONAL or ON")
            .done()
    })
}

fn client(rule: &Rule, app: &App, client: &Resource) -> Option<Finding> {
    let flow = client.settings.text(Attribute::SignInFlow);
    let clear = |text: &Text| {
        text.literal().is_some_and(|t| {
            matches!(
                t,
                "ADMIN_NO_SRP_AUTH"
                    | "USER_PASSWORD_AUTH"
                    | "ALLOW_USER_PASSWORD_AUTH"
                    | "ALLOW_ADMIN_USER_PASSWORD_AUTH"
            )
        })
    };
    if let Some(setting) = flow
        && setting.is(clear).surely()
    {
        let deed = format!("the client {} sends passwords in clear", client.key.address);
        return Some(told(rule, app, place(setting, client), deed));
    }
    let errors = client.settings.text(Attribute::UserExistence)?;
    let legacy = errors.is(|text: &Text| text.literal() == Some("LEGACY"));
    legacy.surely().then(|| {
        let deed = format!(
            "errors of the client {} tell which users exist",
            client.key.address
        );
        told(rule, app, place(errors, client), format!("the {deed}"))
    })
}

fn told(rule: &Rule, app: &App, place: Span, deed: String) -> Finding {
    Draft::at(rule, app, place, deed)
        .step(StepKind::Line, place, "it makes guessing easier")
        .cut(place, "use the flows with SRP, and hide which users exist")
        .done()
}

fn place<T>(setting: &Setting<T>, of: &Resource) -> Span {
    match setting.origin.how {
        How::Platform => of.origin.span,
        _ => setting.origin.span,
    }
}
