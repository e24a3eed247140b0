//! Who can start a function or fill a store.

use crate::setting::{Origin, Reason};
use crate::text::Text;

/// How far away somebody stands who can do it, ordered from nobody to everybody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Level {
    /// Nobody.
    #[default]
    None,
    /// Only the schedule.
    Schedule,
    /// Another part of the application, or the account's operators.
    Inside,
    /// Another account of the cloud.
    OtherAccount,
    /// Anyone who signed in.
    SignedIn,
    /// Anyone.
    Stranger,
}

impl Level {
    /// The word of machine formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "nobody",
            Self::Schedule => "schedule",
            Self::Inside => "inside",
            Self::OtherAccount => "other account",
            Self::SignedIn => "signed in",
            Self::Stranger => "anyone",
        }
    }
}

/// What slows an attacker down without stopping them; ranks inside a level.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Hedge {
    /// An API key.
    Key,
    /// A list of addresses.
    IpList,
    /// Client certificates.
    MutualTls,
    /// A web application firewall.
    Firewall,
    /// Limited to an organization.
    Organization,
    /// Sign-in whose sign-up is open to everyone.
    SelfSignUp,
}

/// How a door is guarded.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Auth {
    /// Not at all.
    None,
    /// Only a key for metering.
    Key,
    /// Signed by an identity of the cloud.
    Signed,
    /// A token of an issuer (user pool, JWT); the address of the authorizer.
    Token(String),
    /// A function of the application decides; the address of the authorizer.
    Custom(String),
    /// A client certificate.
    Certificate,
    /// Only a service of the cloud calls.
    ServiceOnly,
    /// Not known.
    Unknown(Reason),
}

/// One way in.
#[derive(Clone, PartialEq, Debug)]
pub struct Door {
    /// How it is guarded.
    pub auth: Auth,
    /// Whether only the private network reaches it.
    pub private: bool,
    /// What slows an attacker.
    pub hedges: Vec<Hedge>,
    /// What it says.
    pub origin: Origin,
}

/// Who can do something, surely and possibly, and the places that prove it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Reach {
    /// What the template shows.
    pub surely: Level,
    /// What may be where something lies outside the tree.
    pub possibly: Level,
    /// What slows an attacker.
    pub hedges: Vec<Hedge>,
    /// The places that prove it, each with a sentence such as `anyone may put an object into feedback`.
    pub because: Vec<(Origin, String)>,
}

impl Reach {
    /// The same level, surely and possibly.
    pub fn exactly(level: Level) -> Self {
        Self {
            surely: level,
            possibly: level,
            ..Self::default()
        }
    }

    /// The more exposed of both, with the reasons of the better one first.
    #[must_use]
    pub fn or(mut self, mut other: Self) -> Self {
        if other.surely > self.surely
            || (other.surely == self.surely && other.possibly > self.possibly)
        {
            std::mem::swap(&mut self, &mut other);
        }
        self.possibly = self.possibly.max(other.possibly);
        if self.because.is_empty() {
            self.because = other.because;
        }
        self
    }
}

/// A route of an HTTP API.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Route {
    /// Upper-case method, `ANY` for all.
    pub method: String,
    /// Path such as `/orders/{id}`, `$default` for every path, a route key for WebSocket.
    pub path: String,
}

/// One of the alternatives that a filter gives for a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pattern {
    /// This value.
    Is(String),
    /// Any value but these (`anything-but`).
    Not(Vec<String>),
    /// Values that begin so.
    Prefix(String),
    /// Values that begin with none of these.
    NotPrefix(Vec<String>),
    /// Values that end so.
    Suffix(String),
    /// Values that end with none of these.
    NotSuffix(Vec<String>),
    /// This value in whatever case.
    IgnoreCase(String),
    /// Any value, or none at all.
    Exists(bool),
    /// Something else, such as a range of numbers.
    Other,
}

impl Pattern {
    /// Whether it may let a value through; `None` is a field that is not there.
    pub fn may_pass(&self, value: Option<&str>) -> bool {
        let Some(value) = value else {
            return matches!(self, Self::Exists(false) | Self::Other);
        };
        match self {
            Self::Is(text) => value == text,
            Self::Not(texts) => !texts.iter().any(|t| t == value),
            Self::Prefix(text) => value.starts_with(text),
            Self::NotPrefix(texts) => !texts.iter().any(|t| value.starts_with(t)),
            Self::Suffix(text) => value.ends_with(text),
            Self::NotSuffix(texts) => !texts.iter().any(|t| value.ends_with(t)),
            Self::IgnoreCase(text) => value.to_lowercase() == text.to_lowercase(),
            Self::Exists(exists) => *exists,
            Self::Other => true,
        }
    }

    /// In words, as it is written.
    pub fn words(&self) -> String {
        match self {
            Self::Is(text) => text.clone(),
            Self::Not(texts) => format!("anything-but {}", texts.join(",")),
            Self::Prefix(text) => format!("prefix {text}"),
            Self::NotPrefix(texts) => format!("anything-but prefix {}", texts.join(",")),
            Self::Suffix(text) => format!("suffix {text}"),
            Self::NotSuffix(texts) => format!("anything-but suffix {}", texts.join(",")),
            Self::IgnoreCase(text) => format!("equals-ignore-case {text}"),
            Self::Exists(exists) => format!("exists {exists}"),
            Self::Other => "something".to_owned(),
        }
    }
}

/// What a subscription lets through.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Filter {
    /// Object keys begin so.
    pub prefix: Option<Text>,
    /// Object keys end so.
    pub suffix: Option<Text>,
    /// Names of events, such as `s3:ObjectCreated:*`, or actions.
    pub events: Vec<String>,
    /// A pattern over the message: `path` -> allowed literal values, as read from an EventBridge pattern,
    /// an SNS filter policy or a stream filter. Paths with anything but literal values are among `patterns`.
    pub values: Vec<(Vec<String>, Vec<String>)>,
    /// Paths of the same with all that is let through there, where some of it is no literal value.
    pub patterns: Vec<(Vec<String>, Vec<Pattern>)>,
    /// Whether `values` and `patterns` are over message attributes (SNS `FilterPolicyScope` default).
    pub on_attributes: bool,
    /// The input the rule sends instead of the event (`Input`, `InputTransformer`, schedule input), as text.
    pub input: Option<Text>,
}
