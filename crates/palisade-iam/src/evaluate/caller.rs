//! Who makes a request, and whom statements of resource policies name.

use crate::evaluate::truth::Truth;

/// Who makes a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Caller {
    /// Nobody is signed in.
    Anonymous,
    /// A service, such as `s3.amazonaws.com`.
    Service(String),
    /// An identity provider's user, by the provider's name or ARN.
    Federated(String),
    /// An identity of an account.
    Identity(Identity),
}

/// What an identity is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// The root user of an account.
    Root,
    /// A user.
    User,
    /// A session of a role; of an unknown name where the role's own ARN is given.
    Session,
    /// A federated user: a session somebody made for others.
    Federated,
}

/// An identity of an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// Its ARN.
    pub arn: String,
    /// Its account.
    pub account: String,
    /// What it is.
    pub sort: Sort,
    /// Its name; of a session that of its role.
    pub name: String,
    /// The name of a session, if it is known.
    pub session: Option<String>,
}

/// How a statement names a caller; the later the more directly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Naming {
    /// Its account, which then says who of it may.
    Account,
    /// The role or user of which it is a session.
    Owner,
    /// The caller itself, or everybody.
    Itself,
}

/// Whom a statement names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Named {
    /// `*`.
    Anyone,
    /// An account, by its number or the ARN of its root user.
    Account(String),
    /// A user, role, session or federated user, by ARN.
    Arn(String),
    /// A service.
    Service(String),
    /// An identity provider.
    Federated(String),
    /// An account by its canonical user.
    Canonical(String),
}

impl Caller {
    /// Of an ARN, an account's number, or the name of a service; `*` for nobody who is signed in.
    pub fn of(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Anonymous);
        }
        if is_account(text) {
            return Self::of(&format!("arn:aws:iam::{text}:root"));
        }
        if !text.starts_with("arn:") {
            let service = text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn");
            return Some(if service {
                Self::Service(text.to_owned())
            } else {
                Self::Federated(text.to_owned())
            });
        }
        Some(match identity(text) {
            Some(identity) => Self::Identity(identity),
            None if text.contains(":saml-provider/") || text.contains(":oidc-provider/") => {
                Self::Federated(text.to_owned())
            }
            None => return None,
        })
    }

    /// The identity, if the caller is one of an account.
    pub fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Identity(identity) => Some(identity),
            _ => None,
        }
    }

    /// The account.
    pub fn account(&self) -> Option<&str> {
        Some(&self.identity()?.account)
    }

    /// Whether it acts for a service of AWS as a role that only that service can take.
    pub fn is_linked(&self) -> bool {
        self.identity()
            .is_some_and(|i| i.sort == Sort::Session && i.name.starts_with("AWSServiceRoleFor"))
    }

    /// How one of the named is the caller, and whether that is sure.
    pub fn named(&self, by: &Named) -> Option<(Naming, Truth)> {
        let sure = |naming| Some((naming, Truth::Yes));
        match (self, by) {
            (_, Named::Anyone) => sure(Naming::Itself),
            (Self::Service(mine), Named::Service(name)) if mine.eq_ignore_ascii_case(name) => {
                sure(Naming::Itself)
            }
            (Self::Federated(mine), Named::Federated(name)) if mine == name => sure(Naming::Itself),
            (Self::Identity(mine), Named::Account(account)) if mine.account == *account => {
                sure(if mine.sort == Sort::Root {
                    Naming::Itself
                } else {
                    Naming::Account
                })
            }
            (Self::Identity(mine), Named::Arn(arn)) => mine.named(arn),
            _ => None,
        }
    }
}

impl Identity {
    fn named(&self, arn: &str) -> Option<(Naming, Truth)> {
        let other = identity(arn)?;
        if other.account != self.account {
            return None;
        }
        match (self.sort, other.sort) {
            (Sort::User, Sort::User) if self.arn == other.arn => Some((Naming::Itself, Truth::Yes)),
            (Sort::Federated, Sort::Federated) if self.arn == other.arn => {
                Some((Naming::Itself, Truth::Yes))
            }
            (Sort::Federated, Sort::User) if self.name == other.name => {
                Some((Naming::Owner, Truth::Yes))
            }
            (Sort::Session, Sort::Session) if self.name == other.name => {
                match (&self.session, &other.session) {
                    (_, None) => Some((Naming::Owner, Truth::Yes)),
                    (Some(mine), Some(named)) if mine == named => {
                        Some((Naming::Itself, Truth::Yes))
                    }
                    (Some(_), Some(_)) => None,
                    (None, Some(_)) => Some((Naming::Itself, Truth::by("aws:userid"))),
                }
            }
            _ => None,
        }
    }
}

impl Named {
    /// A principal of the kind `AWS`.
    pub fn aws(text: &str) -> Self {
        if text == "*" {
            return Self::Anyone;
        }
        if is_account(text) {
            return Self::Account(text.to_owned());
        }
        match identity(text) {
            Some(identity) if identity.sort == Sort::Root => Self::Account(identity.account),
            _ => Self::Arn(text.to_owned()),
        }
    }
}

/// Whether a text is the number of an account.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

fn identity(arn: &str) -> Option<Identity> {
    let mut parts = arn.splitn(6, ':');
    let (_, _) = (parts.next()?, parts.next()?);
    let service = parts.next()?;
    let (_, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    let (kind, path) = resource.split_once('/').unwrap_or((resource, ""));
    let last = || path.rsplit('/').next().unwrap_or_default().to_owned();
    let (sort, name, session) = match (service, kind) {
        ("iam", "root") => (Sort::Root, String::new(), None),
        ("iam", "user") => (Sort::User, last(), None),
        ("iam", "role") => (Sort::Session, last(), None),
        ("sts", "assumed-role") => {
            let (role, session) = path.split_once('/')?;
            (Sort::Session, role.to_owned(), Some(session.to_owned()))
        }
        ("sts", "federated-user") => (Sort::Federated, last(), None),
        _ => return None,
    };
    Some(Identity {
        arn: arn.to_owned(),
        account: account.to_owned(),
        sort,
        name,
        session,
    })
}
