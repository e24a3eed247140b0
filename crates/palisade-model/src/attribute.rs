//! Scalar settings of nodes: one table of typed attributes.

use crate::setting::Setting;
use crate::text::Text;

/// A value of any attribute.
#[derive(Clone, PartialEq, Debug)]
pub enum AnySetting {
    /// True or false.
    Flag(Setting<bool>),
    /// A number in the attribute's unit.
    Number(Setting<f64>),
    /// A string.
    Text(Setting<Text>),
}

macro_rules! attributes {
    ($($(#[$meta:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        /// A scalar property of a function or resource, neutral in name.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Attribute { $($(#[$meta])* $variant,)+ }
        impl Attribute {
            /// The word goldens and `explain` print.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
            /// All attributes in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
        }
    };
}

attributes! {
    /// Memory of a function, in MB.
    Memory = "memory",
    /// The platform stops an invocation after so many seconds.
    Timeout = "timeout",
    /// Public policies are refused (bucket).
    BlockPublicPolicy = "block_public_policy",
    /// A public policy serves only the own account (bucket).
    RestrictPublicBuckets = "restrict_public_buckets",
    /// Public access lists are ignored (bucket).
    IgnorePublicAcls = "ignore_public_acls",
    /// Public access lists are refused (bucket).
    BlockPublicAcls = "block_public_acls",
    /// Canned access list of a bucket.
    AccessControl = "access_control",
    /// Object ownership of a bucket.
    ObjectOwnership = "object_ownership",
    /// Only administrators create users (user pool).
    AdminCreateOnly = "admin_create_only",
    /// Guests get an identity (identity pool).
    AllowGuests = "allow_guests",
    /// `internet-facing` or `internal` (load balancer).
    Scheme = "scheme",
    /// `EDGE`, `REGIONAL`, `PRIVATE` (API).
    EndpointType = "endpoint_type",
    /// Whether messages pass without the envelope of the topic (subscription).
    RawDelivery = "raw_delivery",
    /// The kind of trigger of a pool, such as `PreSignUp`.
    PoolTrigger = "pool_trigger",
    /// Reachable from the internet (broker, cluster).
    PubliclyAccessible = "publicly_accessible",
    /// Fewest characters of a password (user pool).
    PasswordLength = "password_length",
    /// Whether passwords hold small letters (user pool).
    PasswordLowercase = "password_lowercase",
    /// Whether passwords hold capital letters (user pool).
    PasswordUppercase = "password_uppercase",
    /// Whether passwords hold digits (user pool).
    PasswordNumbers = "password_numbers",
    /// Whether passwords hold other characters (user pool).
    PasswordSymbols = "password_symbols",
    /// `OFF`, `ON` or `OPTIONAL` (user pool).
    SecondFactor = "second_factor",
    /// The first way to sign in that a client names, such as `ADMIN_NO_SRP_AUTH` (client of a user pool).
    SignInFlow = "sign_in_flow",
    /// `ENABLED` or `LEGACY`: whether errors hide which users exist (client of a user pool).
    UserExistence = "user_existence",
    /// The first attribute that users may write through a client; absent where they may write all (client of a user pool).
    WriteAttribute = "write_attribute",
    /// `NONE` or `AWS_IAM` (function URL).
    AuthType = "auth_type",
    /// What a parameter of the store holds.
    StoredValue = "stored_value",
    /// A message is hidden for so many seconds after it was handed out (queue).
    VisibilityTimeout = "visibility_timeout",
    /// The customer's own key for data at rest (queue, topic, table, bucket, stream, secret).
    OwnKey = "key",
    /// Whether a key is renewed by the platform every year.
    Rotation = "rotation",
    /// The kind of key, such as `SYMMETRIC_DEFAULT`.
    KeySpec = "key_spec",
    /// What a key is for, such as `ENCRYPT_DECRYPT`.
    KeyUsage = "key_usage",
    /// Where the material of a key comes from, such as `AWS_KMS`.
    KeyOrigin = "key_origin",
    /// Logs are kept for so many days (group of logs).
    RetentionDays = "retention_days",
    /// Whether requests are traced: `Active`, `true` and so on.
    Tracing = "tracing",
    /// Whether each request is recorded (stage of an API).
    AccessLog = "access_log",
    /// Whether a rate of requests is set.
    Throttle = "throttle",
    /// How an API makes a plan of usage by itself.
    UsagePlan = "usage_plan",
    /// Whether an API has models of what it takes.
    Models = "models",
    /// The API that something belongs to.
    Api = "api",
    /// The stage that a deployment makes.
    Stage = "stage",
    /// Whether a function runs in a subnet.
    Subnet = "subnet",
    /// Whether it runs in a second one.
    SecondSubnet = "second_subnet",
    /// A container image.
    Image = "image",
    /// Data is encrypted at rest.
    Encrypted = "encrypted",
    /// What a store is restored from.
    Snapshot = "snapshot",
    /// Backups are kept for so many days.
    BackupDays = "backup_days",
    /// The cluster an instance belongs to.
    Cluster = "cluster",
    /// The engine of a database.
    Engine = "engine",
    /// The database that this one is a copy of.
    CopyOf = "source",
    /// `HTTP`, `HTTPS`, `allow-all` and so on.
    Protocol = "protocol",
    /// The name of a set of versions and ciphers, or the oldest version.
    TlsPolicy = "tls_policy",
    /// What a listener does first, such as `redirect`.
    Action = "action",
    /// The load balancer of a listener.
    Balancer = "balancer",
    /// Whether a trail records what happens to data.
    DataEvents = "data_events",
    /// Whether a trail has advanced selectors.
    AdvancedEvents = "advanced_events",
    /// The measure that an alarm watches.
    Metric = "metric",
    /// `MUTABLE` or `IMMUTABLE` (images).
    Tags = "tags",
    /// Whether images are scanned when they arrive.
    Scanned = "scanned",
    /// Who of the internet reaches a control plane.
    PublicFrom = "public_from",
    /// Whether a control plane keeps logs.
    ClusterLog = "cluster_log",
    /// Whether a bucket is a website.
    Website = "website",
    /// What happens to a resource when it is taken out of its template: `Delete`, `Retain`, `Snapshot`.
    DeletionPolicy = "deletion_policy",
    /// Nobody may delete it before this is switched off (table, database, user pool).
    DeletionProtection = "deletion_protection",
    /// Whether an API has its own words for errors of the gateway.
    GatewayResponses = "gateway_responses",
    /// An authorizer's answer is kept for so many seconds.
    CacheSeconds = "cache_seconds",
    /// What of a request an authorizer's answer is kept for, with commas between.
    CacheKey = "cache_key",
    /// Whether whole requests and answers are written to the log (stage of an API, GraphQL API).
    DataTrace = "data_trace",
    /// The block of addresses of a subnet.
    AddressBlock = "address_block",
    /// The first subnet a function runs in.
    FirstSubnet = "first_subnet",
}

/// Settings of a node, sorted by attribute.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Settings(Vec<(Attribute, AnySetting)>);

impl Settings {
    /// Adds or replaces one.
    pub fn set(&mut self, attribute: Attribute, value: AnySetting) {
        match self.0.binary_search_by_key(&attribute, |(a, _)| *a) {
            Ok(at) => {
                if let Some((_, old)) = self.0.get_mut(at) {
                    *old = value;
                }
            }
            Err(at) => self.0.insert(at, (attribute, value)),
        }
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = &(Attribute, AnySetting)> {
        self.0.iter()
    }

    fn find(&self, attribute: Attribute) -> Option<&AnySetting> {
        self.0
            .binary_search_by_key(&attribute, |(a, _)| *a)
            .ok()
            .and_then(|at| self.0.get(at))
            .map(|(_, s)| s)
    }

    /// A flag, if given.
    pub fn flag(&self, attribute: Attribute) -> Option<&Setting<bool>> {
        match self.find(attribute) {
            Some(AnySetting::Flag(setting)) => Some(setting),
            _ => None,
        }
    }

    /// A number, if given.
    pub fn number(&self, attribute: Attribute) -> Option<&Setting<f64>> {
        match self.find(attribute) {
            Some(AnySetting::Number(setting)) => Some(setting),
            _ => None,
        }
    }

    /// A string, if given.
    pub fn text(&self, attribute: Attribute) -> Option<&Setting<Text>> {
        match self.find(attribute) {
            Some(AnySetting::Text(setting)) => Some(setting),
            _ => None,
        }
    }
}
