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
    /// an SNS filter policy or a stream filter. Anything but literal values is left out.
    pub values: Vec<(Vec<String>, Vec<String>)>,
    /// Whether `values` are over message attributes (SNS `FilterPolicyScope` default).
    pub on_attributes: bool,
    /// The input the rule sends instead of the event (`Input`, `InputTransformer`, schedule input), as text.
    pub input: Option<Text>,
}
