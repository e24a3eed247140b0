//! The App as text, one fact a line: what goldens compare and people read.

use std::fmt::Write as _;

use crate::app::{App, Code, Edge, EdgeKind, Function, NodeId, Resource, Role, Trigger};
use crate::attribute::{AnySetting, Settings};
use crate::guard::{Axis, Guard};
use crate::policy::{Effect, Grant, Principal, Statement};
use crate::reach::{Auth, Filter, Hedge, Level, Pattern, Reach};
use crate::setting::{Answer, Basis, Given, How, Origin, Setting};
use crate::source::{Sources, Span};
use crate::text::Text;

/// Column in which the places stand.
const COLUMN: usize = 58;

/// Prints an App, whole: stacks, axes, functions, roles, resources, triggers, edges, reach, problems.
pub fn print(app: &App, sources: &Sources) -> String {
    let mut page = Page {
        app,
        sources,
        lines: String::new(),
    };
    page.line(&format!("app {}", app.root), "declared");
    for stack in app.stacks.iter() {
        let parent = match &stack.parent {
            Some((_, address)) => format!("{} nested at {address}", stack.format),
            None => stack.format.to_owned(),
        };
        page.line(&format!("stack {}", stack.path), &parent);
    }
    for axis in app.axes.iter() {
        let place = page.place(&axis.origin);
        page.line(
            &format!("axis {} = {}", axis.name, axis_words(axis)),
            &place,
        );
    }
    let triggers_of = triggers_of(app);
    for (id, function) in app.functions.enumerate() {
        page.function(function, triggers_of.get(id.0 as usize).is_none_or(|t| !*t));
    }
    for role in app.roles.iter() {
        page.role(role);
    }
    for resource in app.resources.iter() {
        page.resource(resource);
    }
    for trigger in app.triggers.iter() {
        page.trigger(trigger);
    }
    for edge in &app.edges {
        page.edge(edge);
    }
    page.reaches();
    for problem in &app.problems {
        let place = match &problem.place {
            crate::problem::ProblemPlace::Span(span) => page.at(*span),
            crate::problem::ProblemPlace::Path(path) => path.clone(),
        };
        page.line(
            &format!("problem {} {}", problem.kind.word(), problem.message),
            &place,
        );
    }
    page.lines
}

fn triggers_of(app: &App) -> Vec<bool> {
    let mut found = vec![false; app.functions.len()];
    for trigger in app.triggers.iter() {
        if let Some(slot) = found.get_mut(trigger.function.0 as usize) {
            *slot = true;
        }
    }
    found
}

struct Page<'a> {
    app: &'a App,
    sources: &'a Sources,
    lines: String,
}

impl Page<'_> {
    fn line(&mut self, fact: &str, place: &str) {
        let width = fact.chars().count();
        let gap = if place.is_empty() {
            0
        } else {
            COLUMN.saturating_sub(width).max(2)
        };
        let _ = writeln!(self.lines, "{fact}{}{place}", " ".repeat(gap));
    }

    /// `:12`, with the file where it is not the first stack's template.
    fn at(&self, span: Span) -> String {
        let path = self.sources.path(span.file);
        let line = self.sources.line(span.file, span.start);
        let main = self
            .app
            .stacks
            .iter()
            .next()
            .is_some_and(|stack| stack.path == path);
        if main {
            format!(":{line}")
        } else {
            format!("{path}:{line}")
        }
    }

    fn place(&self, origin: &Origin) -> String {
        let mut found = self.at(origin.span);
        match &origin.how {
            How::Written | How::InCode => {}
            How::Generated(maker) => {
                found.push_str(" generated");
                if let Some(word) = maker.strip_prefix("sam.") {
                    let _ = write!(found, " {word}");
                }
            }
            How::Platform => return "platform".to_owned(),
            how => {
                let _ = write!(found, " {}", how_word(how));
            }
        }
        let mut via = origin.via.as_deref();
        while let Some(origin) = via {
            let _ = write!(found, " <- {}", self.at(origin.span));
            if !matches!(origin.how, How::Written | How::Platform) {
                let _ = write!(found, " {}", how_word(&origin.how));
            }
            via = origin.via.as_deref();
        }
        found
    }

    fn when(&self, guard: &Guard) -> String {
        if guard.is_always() {
            return String::new();
        }
        format!(" if {}", guard.words(&self.app.axes))
    }

    fn setting<T>(&self, setting: &Setting<T>, word: &dyn Fn(&T) -> String) -> Option<String> {
        let one = |given: &Given<T>| match given {
            Given::Known(value, Basis::Assumed) => Some(format!("{} assumed", word(value))),
            Given::Known(value, _) => Some(word(value)),
            Given::Unknown(reason, text) => {
                Some(format!("unknown {} `{text}`", reason_word(*reason)))
            }
            Given::Absent => Some("absent".to_owned()),
            Given::OneOf(_) => None,
        };
        match &setting.given {
            Given::Absent => None,
            Given::OneOf(choices) => {
                let each: Vec<String> = choices
                    .iter()
                    .filter_map(|c| Some(format!("{}{}", one(&c.given)?, self.when(&c.when))))
                    .collect();
                Some(each.join(", "))
            }
            given => one(given),
        }
    }

    fn text_line(&mut self, key: &str, setting: &Setting<Text>, quoted: bool) {
        let word = |text: &Text| {
            if quoted {
                format!("\"{}\"", text.words())
            } else {
                text.words()
            }
        };
        if let Some(words) = self.setting(setting, &word) {
            let place = self.place(&setting.origin);
            self.line(&format!("  {key} {words}"), &place);
        }
    }

    fn settings(&mut self, settings: &Settings) {
        for (attribute, any) in settings.iter() {
            let unit = match attribute.word() {
                "memory" => " MB",
                "timeout" => " s",
                _ => "",
            };
            let (words, origin) = match any {
                // A switch that is off because nobody wrote it says nothing.
                AnySetting::Flag(s) if s.given == Given::Known(false, Basis::Platform) => continue,
                AnySetting::Flag(s) => (self.setting(s, &|v| v.to_string()), &s.origin),
                AnySetting::Number(s) => (self.setting(s, &|v| format!("{v}{unit}")), &s.origin),
                AnySetting::Text(s) => (
                    self.setting(s, &|v| format!("\"{}\"", v.words())),
                    &s.origin,
                ),
            };
            if let Some(words) = words {
                let place = self.place(origin);
                self.line(&format!("  {} {words}", attribute.word()), &place);
            }
        }
    }

    fn function(&mut self, function: &Function, idle: bool) {
        let place = self.place(&function.origin);
        let when = self.when(&function.exists);
        self.line(&format!("function {}{when}", function.key.address), &place);
        self.text_line("name", &function.name, true);
        self.text_line("handler", &function.handler, true);
        self.text_line("runtime", &function.runtime, false);
        self.settings(&function.settings);
        self.line(&format!("  code {}", code_words(&function.code)), "");
        for entry in &function.build_entries {
            self.line(&format!("  built from {entry}"), "");
        }
        for (name, setting) in &function.env {
            let words = self
                .setting(setting, &Text::words)
                .unwrap_or_else(|| "absent".to_owned());
            let place = self.place(&setting.origin);
            self.line(&format!("  env {name} = {words}"), &place);
        }
        for layer in &function.layers {
            self.text_line("layer", layer, true);
        }
        for folder in &function.layer_folders {
            self.line(&format!("  layer folder {folder}"), "");
        }
        for (guard, role) in &function.role {
            let address = self.app.label(NodeId::Role(*role));
            let when = self.when(guard);
            self.line(&format!("  role {address}{when}"), "");
        }
        self.statements(&function.policy, "permits");
        let errands = &self.app.aside.errands;
        let from = errands.partition_point(|errand| errand.function < function.key);
        let own = errands.get(from..).unwrap_or_default();
        for errand in own.iter().take_while(|e| e.function == function.key) {
            let (on, when) = (errand.on.words(), self.when(&errand.exists));
            let place = self.place(&errand.origin);
            self.line(&format!("  errand {} {on}{when}", errand.what), &place);
        }
        for what in &function.incomplete {
            self.line(&format!("  incomplete: {what}"), "");
        }
        if idle {
            self.line("  no trigger", "");
        }
    }

    fn role(&mut self, role: &Role) {
        let place = self.place(&role.origin);
        let when = self.when(&role.exists);
        self.line(&format!("role {}{when}", role.key.address), &place);
        self.text_line("name", &role.name, true);
        self.text_line("boundary", &role.boundary, true);
        self.statements(&role.trust, "trusts");
        for grant in &role.grants {
            match grant {
                Grant::Statement(statement) => self.statement(statement, "", &role.exists),
                Grant::Managed(name) => self.text_line("managed", name, true),
                Grant::Unreadable(origin) => {
                    let place = self.place(origin);
                    self.line("  unreadable policy", &place);
                }
            }
        }
    }

    fn resource(&mut self, resource: &Resource) {
        let generated = matches!(resource.origin.how, How::Generated(_));
        let type_name = if generated {
            String::new()
        } else {
            format!(" {}", resource.type_name)
        };
        let place = if generated {
            format!("generated <- {}", self.at(resource.origin.span))
        } else {
            self.place(&resource.origin)
        };
        let when = self.when(&resource.exists);
        let (address, kind) = (&resource.key.address, resource.kind.word());
        self.line(
            &format!("resource {address} {kind}{type_name}{when}"),
            &place,
        );
        self.text_line("name", &resource.name, true);
        self.settings(&resource.settings);
        self.statements(&resource.policy, "");
        if let Some(workflow) = &resource.workflow {
            for (at, task) in workflow.tasks.iter().enumerate() {
                let place = self.at(task.span);
                let after: Vec<String> = workflow
                    .edges
                    .iter()
                    .filter(|(_, to)| *to == at)
                    .map(|(from, _)| match from {
                        None => "start".to_owned(),
                        Some(from) => workflow
                            .tasks
                            .get(*from)
                            .map(|t| t.name.clone())
                            .unwrap_or_default(),
                    })
                    .collect();
                let target = task.function.as_ref().unwrap_or(&task.resource).words();
                self.line(
                    &format!(
                        "  task {} runs {target} on {} after {}",
                        task.name,
                        selection(&task.input),
                        after.join(", ")
                    ),
                    &place,
                );
            }
            for copied in &workflow.copies {
                let but = match &copied.but {
                    Some(but) => format!(" but {}", state_path(but)),
                    None => String::new(),
                };
                let (to, from) = (state_path(&copied.to), selection(&copied.from));
                self.line(&format!("  data {to} from {from}{but}"), "");
            }
        }
    }

    fn statements(&mut self, statements: &[Statement], verb: &str) {
        for statement in statements {
            self.statement(statement, verb, &Guard::always());
        }
    }

    fn statement(&mut self, statement: &Statement, verb: &str, owner: &Guard) {
        let effect = match (statement.effect, verb) {
            (Effect::Deny, _) => "deny",
            (Effect::Allow, "") => "allow",
            (Effect::Allow, verb) => verb,
        };
        let mut fact = format!("  {effect}");
        if !statement.principals.is_empty() {
            let not = if statement.not_principals { "not " } else { "" };
            let who: Vec<String> = statement.principals.iter().map(principal).collect();
            let _ = write!(fact, " {not}{}", who.join(", "));
        }
        let not = if statement.not_actions { "not " } else { "" };
        let _ = write!(fact, " {not}{}", actions(&statement.actions));
        if !statement.resources.is_empty() {
            let not = if statement.not_resources { "not " } else { "" };
            let on: Vec<String> = statement.resources.iter().map(Text::words).collect();
            let _ = write!(fact, " on {not}{}", on.join(", "));
        }
        for test in &statement.conditions {
            let values: Vec<String> = test.values.iter().map(Text::words).collect();
            let _ = write!(
                fact,
                " where {} {} {}",
                test.key,
                test.operator,
                values.join("|")
            );
        }
        if statement.exists != *owner {
            fact.push_str(&self.when(&statement.exists));
        }
        let place = self.place(&statement.origin);
        self.line(&fact, &place);
    }

    fn trigger(&mut self, trigger: &Trigger) {
        let event = trigger.event.strip_prefix("aws.").unwrap_or(trigger.event);
        let mut fact = format!("trigger {} {event}", trigger.key.address);
        if let Some(route) = &trigger.route {
            let _ = write!(fact, " {} {}", route.method, route.path);
        }
        filter_words(&trigger.filter, &mut fact);
        if let Some(task) = trigger.task {
            let _ = write!(fact, " task {task}");
        }
        if let Some(source) = trigger.source {
            let _ = write!(fact, " from {}", self.app.label(source));
        }
        if let Some(through) = &trigger.through {
            let _ = write!(fact, " through {through}");
        }
        fact.push_str(&self.when(&trigger.exists));
        let place = format!(
            "{} {} {}",
            self.place(&trigger.origin),
            self.answer(&trigger.wired, "wired"),
            self.answer(&trigger.permitted, "permitted")
        );
        self.line(&fact, &place);
        for door in &trigger.doors {
            let mut fact = format!("  door {}", auth(&door.auth));
            if door.private {
                fact.push_str(" private");
            }
            for hedge in &door.hedges {
                let _ = write!(fact, " hedge {}", hedge_word(*hedge));
            }
            let place = self.place(&door.origin);
            self.line(&fact, &place);
        }
    }

    fn answer(&self, answer: &Answer, word: &str) -> String {
        match answer {
            Answer::Yes => word.to_owned(),
            Answer::No => format!("not {word}"),
            Answer::Depends(guard) if guard.is_always() => format!("perhaps {word}"),
            Answer::Depends(guard) => format!("{word}{}", self.when(guard)),
            Answer::Unknown(reason) => format!("perhaps {word} ({})", reason_word(*reason)),
        }
    }

    fn edge(&mut self, edge: &Edge) {
        let (verb, mut rest) = match &edge.kind {
            EdgeKind::Delivers { filter, raw } => {
                let mut words = if *raw {
                    " raw".to_owned()
                } else {
                    String::new()
                };
                filter_words(filter, &mut words);
                ("delivers", words)
            }
            EdgeKind::GivesRole { guests: true } => ("gives to guests", String::new()),
            EdgeKind::GivesRole { guests: false } => ("gives", String::new()),
            EdgeKind::Fronts => ("fronts", String::new()),
            EdgeKind::Uses => ("uses", String::new()),
        };
        rest.push_str(&self.when(&edge.exists));
        let (from, to) = (self.app.label(edge.from), self.app.label(edge.to));
        let place = self.place(&edge.origin);
        self.line(&format!("edge {from} -{verb}-> {to}{rest}"), &place);
    }

    /// Reach is computed later; lines appear only where it was.
    fn reaches(&mut self) {
        let mut lines: Vec<(String, String)> = Vec::new();
        for trigger in self.app.triggers.iter() {
            lines.extend(self.reach("reach", &trigger.key.address, &trigger.reach));
        }
        for resource in self.app.resources.iter() {
            lines.extend(self.reach("writers", &resource.key.address, &resource.writers));
        }
        for (fact, place) in lines {
            self.line(&fact, &place);
        }
    }

    fn reach(&self, word: &str, address: &str, reach: &Reach) -> Option<(String, String)> {
        if reach.possibly == Level::None {
            return None;
        }
        let mut fact = format!("{word} {address} {}", reach.surely.word());
        if reach.possibly != reach.surely {
            let _ = write!(fact, ", possibly {}", reach.possibly.word());
        }
        for hedge in &reach.hedges {
            let _ = write!(fact, " hedge {}", hedge_word(*hedge));
        }
        let place = reach
            .because
            .first()
            .map(|(origin, _)| self.place(origin))
            .unwrap_or_default();
        Some((fact, place))
    }
}

fn axis_words(axis: &Axis) -> String {
    let mut values: Vec<String> = axis
        .values
        .iter()
        .enumerate()
        .map(|(at, value)| {
            let default = axis.default.is_some_and(|d| usize::from(d) == at);
            format!("{value}{}", if default { "*" } else { "" })
        })
        .collect();
    if axis.open {
        values.push("other".to_owned());
    }
    values.join(" | ")
}

fn how_word(how: &How) -> &'static str {
    match how {
        How::Written => "written",
        How::ParameterDefault => "default",
        How::ParameterGiven => "given",
        How::Mapping => "mapping",
        How::Globals => "globals",
        How::Inherited => "inherited",
        How::Imported => "imported",
        How::Generated(_) => "generated",
        How::Platform => "platform",
        How::InCode => "code",
    }
}

fn reason_word(reason: crate::setting::Reason) -> &'static str {
    use crate::setting::Reason;
    match reason {
        Reason::NoDefault => "no default",
        Reason::Import => "import",
        Reason::Dynamic => "dynamic",
        Reason::Cycle => "cycle",
        Reason::Limit => "limit",
        Reason::NotInTree => "not in tree",
        Reason::Placeholder => "placeholder",
        Reason::AfterApply => "after deployment",
        Reason::Unsupported => "unsupported",
    }
}

fn code_words(code: &Code) -> String {
    match code {
        Code::Directory(path) => format!("directory \"{path}\""),
        Code::Archive(path) => format!("archive \"{path}\""),
        Code::Inline(_, text) => format!("inline {} lines", text.lines().count()),
        Code::Image {
            image,
            command,
            context,
            dockerfile,
        } => {
            let mut words = format!("image \"{}\"", image.words());
            for (key, value) in [
                ("command", command),
                ("context", context),
                ("dockerfile", dockerfile),
            ] {
                if let Some(value) = value {
                    let _ = write!(words, " {key} {value}");
                }
            }
            words
        }
        Code::Elsewhere(place) => format!("elsewhere \"{place}\""),
        Code::Nowhere => "nowhere".to_owned(),
    }
}

fn principal(principal: &Principal) -> String {
    match principal {
        Principal::Anyone => "*".to_owned(),
        Principal::Aws(text) | Principal::Service(text) => text.words(),
        Principal::Federated(text) => format!("federated {}", text.words()),
        Principal::Canonical(text) => format!("canonical {}", text.words()),
        Principal::Unknown(text) => format!("unknown {text}"),
    }
}

/// Up to three actions by name; more of one service as a number.
fn actions(actions: &[Text]) -> String {
    let words: Vec<String> = actions.iter().map(Text::words).collect();
    if words.len() <= 3 {
        return words.join(", ");
    }
    let mut services: Vec<(String, usize)> = Vec::new();
    for word in &words {
        let service = word.split(':').next().unwrap_or_default().to_owned();
        match services.iter_mut().find(|(s, _)| *s == service) {
            Some((_, count)) => *count += 1,
            None => services.push((service, 1)),
        }
    }
    let each: Vec<String> = services
        .iter()
        .map(|(service, count)| match count {
            1 => words
                .iter()
                .find(|w| w.split(':').next() == Some(service))
                .cloned()
                .unwrap_or_default(),
            count => format!("{service}:{{{count} actions}}"),
        })
        .collect();
    each.join(", ")
}

fn filter_words(filter: &Filter, fact: &mut String) {
    for event in &filter.events {
        let _ = write!(fact, " {event}");
    }
    for (word, text) in [("prefix", &filter.prefix), ("suffix", &filter.suffix)] {
        if let Some(text) = text {
            let _ = write!(fact, " {word} \"{}\"", text.words());
        }
    }
    for (path, values) in &filter.values {
        let _ = write!(fact, " {}={}", path.join("."), values.join("|"));
    }
    for (path, patterns) in &filter.patterns {
        let each: Vec<String> = patterns.iter().map(Pattern::words).collect();
        let _ = write!(fact, " {}={}", path.join("."), each.join("|"));
    }
    if filter.on_attributes {
        fact.push_str(" on attributes");
    }
    if let Some(input) = &filter.input {
        let _ = write!(fact, " input \"{}\"", input.words().replace('\n', " "));
    }
}

fn auth(auth: &Auth) -> String {
    match auth {
        Auth::None => "none".to_owned(),
        Auth::Key => "key".to_owned(),
        Auth::Signed => "signed".to_owned(),
        Auth::Token(by) => format!("token by {by}"),
        Auth::Custom(by) => format!("custom by {by}"),
        Auth::Certificate => "certificate".to_owned(),
        Auth::ServiceOnly => "service only".to_owned(),
        Auth::Unknown(reason) => format!("unknown ({})", reason_word(*reason)),
    }
}

fn hedge_word(hedge: Hedge) -> &'static str {
    match hedge {
        Hedge::Key => "key",
        Hedge::IpList => "ip list",
        Hedge::MutualTls => "mutual tls",
        Hedge::Firewall => "firewall",
        Hedge::Organization => "organization",
        Hedge::SelfSignUp => "self sign-up",
    }
}

fn state_path(path: &[String]) -> String {
    if path.is_empty() {
        "$".to_owned()
    } else {
        path.join(".")
    }
}

fn selection(selection: &crate::workflow::Selection) -> String {
    use crate::workflow::Selection;
    match selection {
        Selection::Path(path) => state_path(path),
        Selection::Constant => "constant".to_owned(),
        Selection::Anything => "anything".to_owned(),
        Selection::Parts(paths) => {
            let each: Vec<String> = paths.iter().map(|p| state_path(p)).collect();
            format!("made of {}", each.join(", "))
        }
        Selection::Map(entries) => {
            let each: Vec<String> = entries
                .iter()
                .map(|(key, inner)| format!("{key}: {}", self::selection(inner)))
                .collect();
            format!("{{{}}}", each.join(", "))
        }
    }
}
