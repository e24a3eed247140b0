//! Three values for statements: yes, no, or by the values of keys that are not known.

use std::collections::BTreeSet;

use palisade_model::guard::Guard;
use palisade_model::setting::Answer;

use crate::pattern::Fit;

/// Whether something holds for a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Truth {
    /// Surely not.
    No,
    /// By the values of these keys; empty where a hole of a template decides.
    Depends(BTreeSet<String>),
    /// Surely.
    Yes,
}

impl From<bool> for Truth {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl Truth {
    /// By one key.
    pub fn by(key: &str) -> Self {
        Self::Depends(BTreeSet::from([key.to_owned()]))
    }

    /// By something that has no key.
    pub fn open() -> Self {
        Self::Depends(BTreeSet::new())
    }

    /// Of a fit; `keys` are those that leave it open.
    pub fn of(fit: Fit, keys: impl IntoIterator<Item = String>) -> Self {
        match fit {
            Fit::No => Self::No,
            Fit::Maybe => Self::Depends(keys.into_iter().collect()),
            Fit::Yes => Self::Yes,
        }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, other) => other,
            (this, Self::Yes) => this,
            (Self::Depends(mut a), Self::Depends(b)) => {
                a.extend(b);
                Self::Depends(a)
            }
        }
    }

    /// Either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, other) => other,
            (this, Self::No) => this,
            (Self::Depends(mut a), Self::Depends(b)) => {
                a.extend(b);
                Self::Depends(a)
            }
        }
    }

    /// The same in both of two worlds, or by what tells them apart.
    #[must_use]
    pub fn merge(self, other: Self, key: &str) -> Self {
        match (self, other) {
            (Self::Yes, Self::Yes) => Self::Yes,
            (Self::No, Self::No) => Self::No,
            (a, b) => {
                let mut keys = BTreeSet::from([key.to_owned()]);
                for side in [a, b] {
                    if let Self::Depends(more) = side {
                        keys.extend(more);
                    }
                }
                Self::Depends(keys)
            }
        }
    }

    /// The opposite.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Yes => Self::No,
            open => open,
        }
    }

    /// Anything but No.
    pub fn possibly(&self) -> bool {
        *self != Self::No
    }

    /// As an answer about an App.
    pub fn answer(self) -> Answer {
        match self {
            Self::No => Answer::No,
            Self::Yes => Answer::Yes,
            Self::Depends(_) => Answer::Depends(Guard::always()),
        }
    }
}
