//! How nodes are named in permissions: texts of templates become patterns, nodes become the strings they match.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use palisade_model::app::{App, Kind, NodeId, OutsideKind, Resource};
use palisade_model::guard::Guard;
use palisade_model::setting::{Given, Setting};
use palisade_model::text::{Part, Symbol, Text};
use toml_edit::{DocumentMut, Item, Table, TableLike};

use crate::nodes::Nodes;
use crate::pattern::{Pattern, Reading, Token, push_read, push_wild, segment};

/// How deep names may be made of other names.
const DEPTH_MAX: usize = 4;

/// Beyond so many tokens names inside a name stay names.
const TOKENS_MAX: usize = 4096;

/// How one type is named.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Naming {
    /// The ARN with `{n}`, `{r}`, `{a}` for name, region and account.
    pub arn: String,
    /// What follows the ARN for its contents.
    pub parts: Vec<String>,
    /// `name`, `arn`, or anything else.
    pub reference: String,
    /// Attributes that are the ARN.
    pub arns: Vec<String>,
    /// Attributes that are the name.
    pub names: Vec<String>,
    /// Whether the platform makes the name, whatever the template calls it.
    pub id: bool,
    /// Whether a name the platform makes is `<stack>-<logical id>-<random>`.
    pub shaped: bool,
}

/// The tables of `resources.toml`.
#[derive(Debug, Default)]
pub struct Facts {
    types: BTreeMap<String, Naming>,
    kinds: BTreeMap<String, (String, String)>,
    operations: BTreeMap<String, Vec<String>>,
    services: BTreeMap<String, String>,
}

static FACTS: LazyLock<Facts> =
    LazyLock::new(|| read(include_str!("../data/resources.toml")).unwrap_or_default());

impl Facts {
    /// The facts.
    pub fn all() -> &'static Self {
        &FACTS
    }

    /// How a type is named.
    pub fn naming(&self, type_name: &str) -> Option<&Naming> {
        self.types.get(type_name)
    }

    /// How resources of a kind are named where the type is not listed.
    pub fn naming_of_kind(&self, kind: Kind) -> Option<&Naming> {
        self.naming(&self.kinds.get(kind.word())?.0)
    }

    /// How resources of the service of an action are named.
    fn naming_of_service(&self, service: &str) -> Option<&Naming> {
        if service == "lambda" {
            return self.naming("AWS::Lambda::Function");
        }
        let (_, (type_name, _)) = self.kinds.iter().find(|(_, (_, s))| s == service)?;
        self.naming(type_name)
    }

    /// The actions that a call needs: itself, where nothing else is known.
    pub fn actions(&self, call: &str) -> Vec<String> {
        let (service, name) = call.split_once(':').unwrap_or((call, "*"));
        let lower = service.to_ascii_lowercase();
        let service = self.services.get(&lower).unwrap_or(&lower);
        let action = format!("{service}:{name}");
        match self.operations.get(&action) {
            Some(actions) => actions.clone(),
            None => vec![action],
        }
    }
}

fn read(text: &str) -> Option<Facts> {
    let document: DocumentMut = text.parse().ok()?;
    let mut facts = Facts::default();
    for section in ["function", "role", "resource"] {
        for (name, row) in document.get(section)?.as_table_like()?.iter() {
            facts.types.insert(name.to_owned(), naming(row)?);
        }
    }
    for (kind, row) in table(&document, "kind")?.iter() {
        let row = row.as_table_like()?;
        let pair = (word(row, "type"), word(row, "service"));
        facts.kinds.insert(kind.to_owned(), pair);
    }
    for (call, row) in table(&document, "operation")?.iter() {
        facts.operations.insert(call.to_owned(), words(Some(row)));
    }
    for (name, row) in table(&document, "service")?.iter() {
        let to = row.as_str()?.to_owned();
        facts.services.insert(name.to_owned(), to);
    }
    Some(facts)
}

fn table<'d>(document: &'d DocumentMut, name: &str) -> Option<&'d Table> {
    document.get(name)?.as_table()
}

fn naming(row: &Item) -> Option<Naming> {
    let row = row.as_table_like()?;
    Some(Naming {
        arn: word(row, "arn"),
        parts: words(row.get("parts")),
        reference: word(row, "ref"),
        arns: words(row.get("arns")),
        names: words(row.get("names")),
        id: row.get("id").and_then(Item::as_bool) == Some(true),
        shaped: row.get("shaped").and_then(Item::as_bool) != Some(false),
    })
}

fn word(row: &dyn TableLike, key: &str) -> String {
    row.get(key)
        .and_then(Item::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn words(item: Option<&Item>) -> Vec<String> {
    item.and_then(Item::as_array)
        .into_iter()
        .flatten()
        .filter_map(|v| v.as_str())
        .map(str::to_owned)
        .collect()
}

/// The naming of a node's type.
pub fn naming_of(app: &App, node: NodeId) -> Option<&'static Naming> {
    let facts = Facts::all();
    match node {
        NodeId::Function(_) => facts.naming("AWS::Lambda::Function"),
        NodeId::Role(_) => facts.naming("AWS::IAM::Role"),
        NodeId::Resource(id) => {
            let Resource {
                type_name, kind, ..
            } = app.resources.get(id)?;
            facts
                .naming(type_name)
                .or_else(|| facts.naming_of_kind(*kind))
        }
        NodeId::Outside(id) => facts.naming_of_kind(app.outsides.get(id)?.kind),
    }
}

/// A text of a statement as a pattern: wildcards are special, references become names and ARNs.
pub fn pattern(nodes: &Nodes<'_>, text: &Text) -> Pattern {
    pattern_read(nodes, text, Reading::Wild)
}

/// A text as a pattern whose characters are read so.
pub fn pattern_read(nodes: &Nodes<'_>, text: &Text, reading: Reading) -> Pattern {
    let mut tokens = Vec::new();
    push_text(nodes, text, reading, &mut tokens);
    canonical(&mut tokens);
    Pattern(tokens)
}

/// A text that is one string, such as a physical name.
pub fn subject(nodes: &Nodes<'_>, text: &Text) -> Pattern {
    pattern_read(nodes, text, Reading::Plain)
}

fn push_text(nodes: &Nodes<'_>, text: &Text, reading: Reading, tokens: &mut Vec<Token>) {
    for part in text.parts() {
        match part {
            Part::Literal(literal) => push_read(tokens, literal, reading),
            Part::Hole(symbol) => push_symbol(nodes, symbol, tokens),
        }
    }
}

fn push_symbol(nodes: &Nodes<'_>, symbol: &Symbol, tokens: &mut Vec<Token>) {
    if let Symbol::Pseudo(name) = symbol
        && name == "AWS::Partition"
    {
        tokens.extend("aws".chars().map(Token::Char));
        return;
    }
    // Policy variables that a reader took for references: `${aws:username}`.
    if let Symbol::Opaque(text) = symbol
        && let Some(name) = text.strip_prefix("${").and_then(|t| t.strip_suffix('}'))
        && name.contains(':')
        && !name.contains("::")
    {
        tokens.push(Token::variable(name));
        return;
    }
    if let Symbol::Attr(stack, address, attribute) = symbol
        && let Some(node) = nodes.find(*stack, address)
        && let Some(naming) = naming_of(nodes.app(), node)
    {
        let is_ref = attribute == "Ref";
        let listed = |list: &[String]| list.iter().any(|a| a == attribute);
        if (is_ref && naming.reference == "arn") || listed(&naming.arns) {
            push_arn(naming, &[Token::Name(node)], tokens);
            return;
        }
        if (is_ref && naming.reference == "name") || listed(&naming.names) {
            tokens.push(Token::Name(node));
            return;
        }
        if attribute == "StreamArn" {
            push_arn(naming, &[Token::Name(node)], tokens);
            push_shape("/stream/{s}", &[], tokens);
            return;
        }
    }
    tokens.push(Token::hole(symbol.clone()));
}

/// Appends the ARN of a name.
fn push_arn(naming: &Naming, name: &[Token], tokens: &mut Vec<Token>) {
    push_shape(&naming.arn, name, tokens);
}

/// Appends a shape of `resources.toml`.
fn push_shape(shape: &str, name: &[Token], tokens: &mut Vec<Token>) {
    let pseudo = |name: &str| Token::hole(Symbol::Pseudo(name.to_owned()));
    let mut rest = shape;
    while let Some((before, after)) = rest.split_once('{') {
        push_wild(tokens, before);
        let (what, after) = after.split_once('}').unwrap_or((after, ""));
        match what {
            "r" => tokens.push(pseudo("AWS::Region")),
            "a" => tokens.push(pseudo("AWS::AccountId")),
            "s" => tokens.push(segment()),
            _ => {
                // `/a/b` is the parameter `parameter/a/b`.
                let slash = tokens.last() == Some(&Token::Char('/'))
                    && name.first() == Some(&Token::Char('/'));
                tokens.extend(name.iter().skip(usize::from(slash)).cloned());
            }
        }
        rest = after;
    }
    push_wild(tokens, rest);
}

/// Other partitions are written as `aws`: an application is deployed to one of them.
fn canonical(tokens: &mut Vec<Token>) {
    for other in ["arn:aws-cn:", "arn:aws-us-gov:", "arn:*:"] {
        let begins = other
            .chars()
            .map(|c| match c {
                '*' => Token::Star,
                c => Token::Char(c),
            })
            .eq(tokens.iter().take(other.len()).cloned());
        if begins {
            tokens.splice(..other.len(), "arn:aws:".chars().map(Token::Char));
        }
    }
}

/// A string a node may be called by in a permission, and when it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Form {
    /// The string.
    pub pattern: Pattern,
    /// When it is called so.
    pub when: Guard,
    /// Whether it is the symbolic form, which holds whatever the name is.
    pub symbolic: bool,
}

/// Everything a node is called by: its symbol, the names it is given, the shape of a generated name.
#[derive(Clone, PartialEq, Debug)]
pub struct Subject {
    /// The ARN of the node itself, in every form.
    pub whole: Vec<Form>,
    /// The contents, in every form; empty where a type has none.
    pub parts: Vec<Form>,
}

/// What a node is called by.
pub fn subject_of(nodes: &Nodes<'_>, node: NodeId) -> Option<Subject> {
    let app = nodes.app();
    if let NodeId::Outside(id) = node {
        let outside = app.outsides.get(id)?;
        return Some(match outside.what {
            OutsideKind::Arn => named(nodes, naming_of(app, node)?, &outside.text),
            _ => return None,
        });
    }
    let naming = naming_of(app, node)?;
    let mut names = vec![(vec![Token::Name(node)], Guard::always(), true)];
    if naming.id {
        let made = Token::hole(Symbol::Opaque(format!("id of {}", app.label(node))));
        names.push((vec![made], Guard::always(), false));
    } else if let Some(setting) = app.name(node) {
        push_names(nodes, (node, naming), setting, &mut names);
    }
    Some(forms(naming, names))
}

/// A pattern in every form: as it is, and with what the node it names first is called.
pub fn forms_of(nodes: &Nodes<'_>, pattern: &Pattern) -> Vec<Form> {
    let mut all = vec![Form {
        pattern: pattern.clone(),
        when: Guard::always(),
        symbolic: true,
    }];
    let first = pattern
        .0
        .iter()
        .enumerate()
        .find_map(|(at, token)| match token {
            Token::Name(node) => Some((at, *node)),
            _ => None,
        });
    let Some((at, node)) = first else {
        return all;
    };
    let (Some(naming), Some(setting)) = (naming_of(nodes.app(), node), nodes.app().name(node))
    else {
        return all;
    };
    let mut names = Vec::new();
    if !naming.id {
        push_names(nodes, (node, naming), setting, &mut names);
    }
    for (name, when, symbolic) in names {
        let mut tokens: Vec<Token> = pattern.0.iter().take(at).cloned().collect();
        tokens.extend(name);
        expand(
            nodes,
            pattern.0.iter().skip(at + 1).cloned().collect(),
            DEPTH_MAX,
            &mut tokens,
        );
        all.push(Form {
            pattern: Pattern(tokens),
            when,
            symbolic,
        });
    }
    all
}

type Named = (Vec<Token>, Guard, bool);

fn push_names(
    nodes: &Nodes<'_>,
    (node, naming): (NodeId, &Naming),
    setting: &Setting<Text>,
    names: &mut Vec<Named>,
) {
    let generated = || match naming.shaped {
        true => generated_name(nodes.app(), node),
        false => None,
    };
    match &setting.given {
        Given::Known(text, _) => names.push((tokens_of(nodes, text), Guard::always(), false)),
        Given::Absent => names.extend(generated().map(|t| (t, Guard::always(), false))),
        Given::Unknown(_, words) => {
            let hole = Token::hole(Symbol::Opaque(words.clone()));
            names.push((vec![hole], Guard::always(), false));
        }
        Given::OneOf(choices) => {
            for choice in choices {
                let tokens = match &choice.given {
                    Given::Known(text, _) => Some(tokens_of(nodes, text)),
                    Given::Unknown(_, words) => {
                        Some(vec![Token::hole(Symbol::Opaque(words.clone()))])
                    }
                    Given::Absent => generated(),
                    Given::OneOf(_) => None,
                };
                names.extend(tokens.map(|t| (t, choice.when.clone(), false)));
            }
        }
    }
}

fn tokens_of(nodes: &Nodes<'_>, text: &Text) -> Vec<Token> {
    let mut out = Vec::new();
    expand(nodes, subject(nodes, text).0, DEPTH_MAX, &mut out);
    out
}

/// Names of other nodes inside a name become what those are called, where that is known.
fn expand(nodes: &Nodes<'_>, tokens: Vec<Token>, depth: usize, out: &mut Vec<Token>) {
    for token in tokens {
        let named = match &token {
            Token::Name(node) if depth > 0 && out.len() < TOKENS_MAX => {
                nodes.app().name(*node).and_then(Setting::known)
            }
            _ => None,
        };
        match named {
            Some(text) => expand(nodes, subject(nodes, text).0, depth - 1, out),
            None => out.push(token),
        }
    }
}

/// `<stack>-<logical id>-<random>`: what CloudFormation calls what has no name. Long ids are cut.
fn generated_name(app: &App, node: NodeId) -> Option<Vec<Token>> {
    let key = match node {
        NodeId::Function(id) => &app.functions.get(id)?.key,
        NodeId::Resource(id) => &app.resources.get(id)?.key,
        NodeId::Role(id) => &app.roles.get(id)?.key,
        NodeId::Outside(_) => return None,
    };
    let id = key.address.rsplit('/').next().unwrap_or_default();
    let lower = matches!(node, NodeId::Resource(id) if app.resources.get(id).is_some_and(|r| r.kind == Kind::Bucket));
    let mut tokens = vec![Token::hole(Symbol::Pseudo("AWS::StackName".to_owned()))];
    tokens.push(Token::Char('-'));
    for c in id.chars().filter(char::is_ascii_alphanumeric).take(12) {
        tokens.push(Token::Char(if lower { c.to_ascii_lowercase() } else { c }));
    }
    tokens.push(segment());
    Some(tokens)
}

/// What follows the ARN for contents.
fn part_of(shape: &str) -> Pattern {
    let mut tokens = Vec::new();
    push_shape(shape, &[], &mut tokens);
    Pattern(tokens)
}

fn forms(naming: &Naming, names: Vec<Named>) -> Subject {
    let (mut whole, mut parts) = (Vec::new(), Vec::new());
    for (name, when, symbolic) in names {
        let mut tokens = Vec::new();
        push_arn(naming, &name, &mut tokens);
        let form = |pattern: Pattern| Form {
            pattern,
            when: when.clone(),
            symbolic,
        };
        let arn = Pattern(tokens);
        for part in &naming.parts {
            parts.push(form(arn.clone().then(&part_of(part))));
        }
        whole.push(form(arn));
    }
    Subject { whole, parts }
}

/// What something of a kind with this name, ARN or URL is called by.
fn named(nodes: &Nodes<'_>, naming: &Naming, text: &Text) -> Subject {
    let tokens = tokens_of(nodes, text);
    let starts = |with: &str| {
        with.chars()
            .map(Token::Char)
            .eq(tokens.iter().take(with.len()).cloned())
    };
    if starts("arn:") {
        let arn = Pattern(tokens);
        let form = |pattern| Form {
            pattern,
            when: Guard::always(),
            symbolic: false,
        };
        let parts = naming
            .parts
            .iter()
            .map(|p| form(arn.clone().then(&part_of(p))))
            .collect();
        return Subject {
            whole: vec![form(arn)],
            parts,
        };
    }
    let last = match starts("https://") || starts("http://") {
        true => tokens.rsplit(|t| *t == Token::Char('/')).next(),
        false => None,
    };
    let name = last.map_or_else(|| tokens.clone(), <[Token]>::to_vec);
    forms(naming, vec![(name, Guard::always(), false)])
}

/// What a resource of an action's service with this name is called by.
pub fn subject_named(nodes: &Nodes<'_>, action: &str, name: &Text) -> Option<Subject> {
    let service = action.split_once(':').map_or(action, |(s, _)| s);
    let naming = Facts::all().naming_of_service(service)?;
    Some(named(nodes, naming, name))
}

/// Whether an action is about the contents (an object) and not the whole (its bucket).
pub fn about_parts(action: &str) -> bool {
    let Some((service, name)) = action.split_once(':') else {
        return false;
    };
    match service {
        "s3" => {
            (name.contains("Object") && !name.contains("ObjectLockConfiguration"))
                || matches!(name, "AbortMultipartUpload" | "ListMultipartUploadParts")
        }
        "logs" => matches!(name, "PutLogEvents" | "GetLogEvents" | "CreateLogStream"),
        "execute-api" => true,
        _ => false,
    }
}
