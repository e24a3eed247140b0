//! What a call is known to pass, and the conditions of rules over it.

/// The arguments of one call, as far as they are known: paths of input members, some with a constant.
///
/// A path is spelled as the service spells its members: `Bucket`, `Delete.Objects[].VersionId`,
/// `RequestItems{}` (a key of a map). A path that stands alone, without longer ones, has unknown contents.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Arguments {
    given: Vec<(String, Option<String>)>,
    open: bool,
}

impl Arguments {
    /// Members that are present, contents unknown; nothing else is.
    pub fn named(members: &[&str]) -> Self {
        let given = members.iter().map(|member| ((*member).to_owned(), None));
        Self {
            given: given.collect(),
            open: false,
        }
    }

    /// A call of which nothing is known.
    pub fn unknown() -> Self {
        Self {
            given: Vec::new(),
            open: true,
        }
    }

    /// The same with one more member.
    #[must_use]
    pub fn with(mut self, path: &str) -> Self {
        self.given.push((path.to_owned(), None));
        self
    }

    /// The same with one more member whose value is known.
    #[must_use]
    pub fn constant(mut self, path: &str, value: &str) -> Self {
        self.given.push((path.to_owned(), Some(value.to_owned())));
        self
    }

    /// The same where more may be given than is known, as with `**kwargs` or `...params`.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Whether a member is given; `None` where it is not known.
    pub fn has(&self, path: &str) -> Option<bool> {
        let below = |longer: &str, shorter: &str| {
            let rest = longer.strip_prefix(shorter);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '{']))
        };
        if self.given.iter().any(|(given, _)| below(given, path)) {
            return Some(true);
        }
        // The deepest given ancestor: when nothing else of it is told, its contents are not known.
        let ancestor = |given: &&(String, Option<String>)| below(path, &given.0);
        let deepest = self
            .given
            .iter()
            .filter(ancestor)
            .max_by_key(|(given, _)| given.len());
        match deepest {
            Some((at, _)) => {
                let told = self
                    .given
                    .iter()
                    .any(|(given, _)| given != at && below(given, at));
                told.then_some(false)
            }
            None => (!self.open).then_some(false),
        }
    }

    /// The constant that a member is given.
    pub fn value(&self, path: &str) -> Option<&str> {
        let found = self
            .given
            .iter()
            .find(|(given, value)| given == path && value.is_some());
        found.and_then(|(_, value)| value.as_deref())
    }

    /// Whether a condition of a rule holds: tests joined by ` & `; `None` where it is not known.
    ///
    /// `Member`, `!Member`, `?Member` (known to be given: where nothing is known, it does not hold), `!?Member`,
    /// `-Member` (not known to be absent), `Member=value`, `Member!=value`, `Member~word` (begins with the word, letter case and
    /// leading space aside), `Member^prefix`, `Member$suffix`.
    pub fn satisfies(&self, condition: &str) -> Option<bool> {
        let mut known = true;
        for test in condition.split(" & ").filter(|test| !test.is_empty()) {
            match self.passes(test) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => known = false,
            }
        }
        known.then_some(true)
    }

    fn passes(&self, test: &str) -> Option<bool> {
        if let Some(absent) = test.strip_prefix("!?") {
            return Some(self.has(absent) != Some(true));
        }
        if let Some(open) = test.strip_prefix('-') {
            return Some(self.has(open) != Some(false));
        }
        if let Some(known) = test.strip_prefix('?') {
            return Some(self.has(known) == Some(true));
        }
        if let Some(absent) = test.strip_prefix('!') {
            return self.has(absent).map(|has| !has);
        }
        if let Some((path, other)) = test.split_once("!=") {
            return match self.value(path) {
                Some(value) => Some(value != other),
                // What is not given at all is not that value either.
                None => self.has(path).and_then(|has| (!has).then_some(true)),
            };
        }
        let compared: [(char, Comparison); 4] = [
            ('=', |value, wanted| value == wanted),
            ('~', begins_with_word),
            ('^', |value, wanted| value.starts_with(wanted)),
            ('$', |value, wanted| value.ends_with(wanted)),
        ];
        for (sign, holds) in compared {
            if let Some((path, wanted)) = test.split_once(sign) {
                return match self.value(path) {
                    Some(value) => Some(holds(value, wanted)),
                    None => self.has(path).and_then(|has| (!has).then_some(false)),
                };
            }
        }
        self.has(test)
    }
}

/// How a known value is compared with what a test wants.
type Comparison = fn(&str, &str) -> bool;

fn begins_with_word(text: &str, word: &str) -> bool {
    let first = text
        .split(|letter: char| !letter.is_alphanumeric())
        .find(|part| !part.is_empty());
    first.is_some_and(|first| first.eq_ignore_ascii_case(word))
}
