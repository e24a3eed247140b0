//! A small builder of Apps, so that each case is a few lines.

use palisade_model::app::*;
use palisade_model::attribute::{AnySetting, Attribute, Settings};
use palisade_model::guard::{Axis, AxisId, Guard};
use palisade_model::policy::*;
use palisade_model::reach::*;
use palisade_model::setting::*;
use palisade_model::source::{FileId, Span};
use palisade_model::text::{Part, StackId, Symbol, Text};

pub const STACK: StackId = StackId(0);

pub fn span(at: usize) -> Span {
    Span::new(FileId(0), at, at + 1)
}

pub fn origin(at: usize) -> Origin {
    Origin::written(span(at))
}

/// `arn:aws:s3:::${Bucket}/*`: `${Name}` is a reference, `${Name.Attr}` an attribute, `${AWS::X}` a pseudo
/// parameter, `${:Name}` a template parameter.
pub fn text(words: &str) -> Text {
    let mut parts = Vec::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once("${") {
        parts.push(Part::Literal(before.to_owned()));
        let (name, after) = after.split_once('}').unwrap();
        let symbol = if let Some(name) = name.strip_prefix(':') {
            Symbol::Parameter(STACK, name.to_owned())
        } else if name.contains("::") {
            Symbol::Pseudo(name.to_owned())
        } else if name.contains(':') {
            parts.push(Part::Literal(format!("${{{name}}}")));
            rest = after;
            continue;
        } else {
            let (address, attribute) = name.split_once('.').unwrap_or((name, "Ref"));
            Symbol::Attr(STACK, address.to_owned(), attribute.to_owned())
        };
        parts.push(Part::Hole(symbol));
        rest = after;
    }
    parts.push(Part::Literal(rest.to_owned()));
    Text::join(parts)
}

pub fn texts(words: &[&str]) -> Vec<Text> {
    words.iter().map(|w| text(w)).collect()
}

pub fn test(operator: &str, key: &str, values: &[&str]) -> ConditionTest {
    ConditionTest {
        operator: operator.to_owned(),
        key: key.to_owned(),
        values: texts(values),
    }
}

/// An identity statement.
pub fn allow(actions: &[&str], resources: &[&str]) -> Statement {
    Statement {
        sid: None,
        effect: Effect::Allow,
        actions: texts(actions),
        not_actions: false,
        resources: texts(resources),
        not_resources: false,
        principals: Vec::new(),
        not_principals: false,
        conditions: Vec::new(),
        exists: Guard::always(),
        origin: origin(7),
        places: Places::default(),
    }
}

pub fn deny(actions: &[&str], resources: &[&str]) -> Statement {
    Statement {
        effect: Effect::Deny,
        origin: origin(8),
        ..allow(actions, resources)
    }
}

pub trait With: Sized {
    fn by(self, principal: Principal) -> Self;
    fn when(self, test: ConditionTest) -> Self;
    fn exists(self, guard: Guard) -> Self;
}

impl With for Statement {
    fn by(mut self, principal: Principal) -> Self {
        self.principals.push(principal);
        self
    }
    fn when(mut self, test: ConditionTest) -> Self {
        self.conditions.push(test);
        self
    }
    fn exists(mut self, guard: Guard) -> Self {
        self.exists = guard;
        self
    }
}

pub fn service(name: &str) -> Principal {
    Principal::Service(text(name))
}

pub fn aws(name: &str) -> Principal {
    Principal::Aws(text(name))
}

pub fn door(auth: Auth) -> Door {
    Door {
        auth,
        private: false,
        hedges: Vec::new(),
        origin: origin(5),
    }
}

#[derive(Default)]
pub struct Build {
    pub app: App,
}

impl Build {
    pub fn new() -> Self {
        Self::default()
    }

    fn key(name: &str) -> Key {
        Key {
            stack: STACK,
            address: name.to_owned(),
        }
    }

    pub fn axis(&mut self, name: &str, values: &[&str]) -> AxisId {
        self.app.axes.push(Axis {
            name: name.to_owned(),
            values: values.iter().map(|v| (*v).to_owned()).collect(),
            open: false,
            default: None,
            origin: origin(1),
        })
    }

    /// A resource without a physical name.
    pub fn resource(&mut self, name: &str, kind: Kind, type_name: &str) -> ResourceId {
        self.app.resources.push(Resource {
            key: Self::key(name),
            kind,
            type_name: type_name.to_owned(),
            name: Setting::absent(span(2)),
            settings: Settings::default(),
            policy: Vec::new(),
            workflow: None,
            writers: Reach::default(),
            exists: Guard::always(),
            origin: origin(2),
        })
    }

    pub fn bucket(&mut self, name: &str) -> ResourceId {
        self.resource(name, Kind::Bucket, "AWS::S3::Bucket")
    }

    /// A bucket whose access block is written and off.
    pub fn open_bucket(&mut self, name: &str) -> ResourceId {
        let id = self.bucket(name);
        self.flag(id, Attribute::BlockPublicPolicy, false);
        self.flag(id, Attribute::RestrictPublicBuckets, false);
        id
    }

    pub fn queue(&mut self, name: &str) -> ResourceId {
        self.resource(name, Kind::Queue, "AWS::SQS::Queue")
    }

    pub fn topic(&mut self, name: &str) -> ResourceId {
        self.resource(name, Kind::Topic, "AWS::SNS::Topic")
    }

    pub fn table(&mut self, name: &str) -> ResourceId {
        self.resource(name, Kind::Table, "AWS::DynamoDB::Table")
    }

    pub fn api(&mut self, name: &str) -> ResourceId {
        self.resource(name, Kind::Api, "AWS::ApiGateway::RestApi")
    }

    pub fn named(&mut self, id: ResourceId, name: &str) -> &mut Self {
        self.app.resources[id].name = Setting::written(text(name), origin(3));
        self
    }

    pub fn flag(&mut self, id: ResourceId, attribute: Attribute, value: bool) -> &mut Self {
        let setting = AnySetting::Flag(Setting::written(value, origin(4)));
        self.app.resources[id].settings.set(attribute, setting);
        self
    }

    pub fn word(&mut self, id: ResourceId, attribute: Attribute, value: &str) -> &mut Self {
        let setting = AnySetting::Text(Setting::written(text(value), origin(4)));
        self.app.resources[id].settings.set(attribute, setting);
        self
    }

    pub fn policy(&mut self, id: ResourceId, statement: Statement) -> &mut Self {
        self.app.resources[id].policy.push(statement);
        self
    }

    pub fn role(&mut self, name: &str, grants: Vec<Grant>) -> RoleId {
        self.app.roles.push(Role {
            key: Self::key(name),
            name: Setting::absent(span(6)),
            trust: Vec::new(),
            grants,
            boundary: Setting::absent(span(6)),
            exists: Guard::always(),
            origin: origin(6),
        })
    }

    pub fn function(&mut self, name: &str, role: &[RoleId]) -> FunctionId {
        self.app.functions.push(Function {
            key: Self::key(name),
            name: Setting::absent(span(9)),
            handler: Setting::absent(span(9)),
            runtime: Setting::absent(span(9)),
            code: Code::Nowhere,
            build_entries: Vec::new(),
            role: role.iter().map(|r| (Guard::always(), *r)).collect(),
            env: Vec::new(),
            env_open: false,
            layers: Vec::new(),
            layer_folders: Vec::new(),
            settings: Settings::default(),
            policy: Vec::new(),
            exists: Guard::always(),
            origin: origin(9),
            incomplete: Vec::new(),
        })
    }

    /// A function whose role has these statements.
    pub fn granted(&mut self, statements: Vec<Statement>) -> FunctionId {
        let at = self.app.functions.len();
        let grants = statements.into_iter().map(Grant::Statement).collect();
        let role = self.role(&format!("Role{at}"), grants);
        self.function(&format!("F{at}"), &[role])
    }

    pub fn managed(&mut self, names: &[&str]) -> FunctionId {
        let at = self.app.functions.len();
        let grants = names
            .iter()
            .map(|n| Grant::Managed(Setting::written(text(n), origin(6))))
            .collect();
        let role = self.role(&format!("Role{at}"), grants);
        self.function(&format!("F{at}"), &[role])
    }

    pub fn permit(&mut self, function: FunctionId, statement: Statement) -> &mut Self {
        self.app.functions[function].policy.push(statement);
        self
    }

    pub fn trigger(
        &mut self,
        function: FunctionId,
        event: &'static str,
        source: Option<ResourceId>,
    ) -> TriggerId {
        let address = format!(
            "{}#{}",
            self.app.functions[function].key.address,
            self.app.triggers.len()
        );
        self.app.triggers.push(Trigger {
            key: Self::key(&address),
            function,
            through: None,
            source: source.map(NodeId::Resource),
            event,
            route: None,
            filter: Filter::default(),
            doors: Vec::new(),
            wired: Answer::Yes,
            permitted: Answer::Yes,
            task: None,
            reach: Reach::default(),
            exists: Guard::always(),
            origin: origin(10),
        })
    }

    pub fn route(
        &mut self,
        function: FunctionId,
        api: ResourceId,
        words: &str,
        auth: Auth,
    ) -> TriggerId {
        let id = self.trigger(function, "aws.apigateway-rest", Some(api));
        let (method, path) = words.split_once(' ').unwrap();
        let trigger = &mut self.app.triggers[id];
        trigger.route = Some(Route {
            method: method.to_owned(),
            path: path.to_owned(),
        });
        trigger.doors.push(door(auth));
        id
    }

    pub fn edge(&mut self, from: NodeId, to: NodeId, kind: EdgeKind) -> &mut Self {
        self.app.edges.push(Edge {
            from,
            to,
            kind,
            exists: Guard::always(),
            origin: origin(11),
        });
        self
    }

    pub fn delivers(&mut self, from: ResourceId, to: ResourceId) -> &mut Self {
        let kind = EdgeKind::Delivers {
            filter: Filter::default(),
            raw: false,
        };
        self.edge(NodeId::Resource(from), NodeId::Resource(to), kind)
    }

    /// An identity pool that gives a role to guests or users.
    pub fn pool(&mut self, role: RoleId, guests: bool) -> ResourceId {
        let pool = self.resource("Pool", Kind::IdentityPool, "AWS::Cognito::IdentityPool");
        self.flag(pool, Attribute::AllowGuests, guests);
        self.edge(
            NodeId::Resource(pool),
            NodeId::Role(role),
            EdgeKind::GivesRole { guests },
        );
        pool
    }

    pub fn fill(&mut self) -> &mut Self {
        palisade_iam::fill(&mut self.app);
        self
    }

    /// Surely and possibly, of a trigger, after filling.
    pub fn reach(&mut self, trigger: TriggerId) -> (Level, Level) {
        self.fill();
        let reach = &self.app.triggers[trigger].reach;
        (reach.surely, reach.possibly)
    }

    /// Surely and possibly, of the writers of a resource, after filling.
    pub fn writers(&mut self, resource: ResourceId) -> (Level, Level) {
        self.fill();
        let reach = &self.app.resources[resource].writers;
        (reach.surely, reach.possibly)
    }
}

pub fn both(level: Level) -> (Level, Level) {
    (level, level)
}
