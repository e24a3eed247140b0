//! Where in the text the hole stands: some places do no harm.

use super::fact::UNKNOWN;
use crate::transfer::Grammar;

/// What a place means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Place {
    /// Harmless there.
    Silent,
    /// Only the path of a fixed host.
    UrlPath,
    /// The grammar's own harm.
    Harm,
}

/// Judges the text in front of a hole.
pub fn judge(grammar: Grammar, prefix: &str) -> Place {
    match grammar {
        Grammar::UrlHost => url(prefix),
        Grammar::UrlPath => url(prefix).min(Place::UrlPath),
        Grammar::Redirect => redirect(prefix),
        Grammar::Path | Grammar::Archive => path(prefix),
        Grammar::Program | Grammar::AttributeName | Grammar::Argument => {
            if prefix.is_empty() {
                Place::Harm
            } else {
                Place::Silent
            }
        }
        _ => Place::Harm,
    }
}

fn url(prefix: &str) -> Place {
    if prefix.is_empty() {
        return Place::Harm;
    }
    let behind = match prefix.split_once("://") {
        Some((_, behind)) => behind,
        // A base that is not known, or a path alone: what follows a slash is path.
        None if prefix.starts_with(UNKNOWN) || prefix.starts_with('/') => {
            return if prefix.contains(['?', '#']) {
                Place::Silent
            } else {
                Place::UrlPath
            };
        }
        None => return Place::Harm,
    };
    let Some(end) = behind.find(['/', '?', '#']) else {
        return if behind.contains(UNKNOWN) && behind.ends_with(UNKNOWN) {
            Place::UrlPath
        } else {
            Place::Harm
        };
    };
    let rest = behind.get(end..).unwrap_or("");
    if rest.contains(['?', '#']) {
        Place::Silent
    } else {
        Place::UrlPath
    }
}

fn redirect(prefix: &str) -> Place {
    match url(prefix) {
        Place::Harm => Place::Harm,
        // `/` + `/evil.example` leaves the host.
        Place::UrlPath if prefix == "/" => Place::Harm,
        _ => Place::Silent,
    }
}

fn path(prefix: &str) -> Place {
    let last = prefix.rsplit(['/', '\\']).next().unwrap_or("");
    // `s3://bucket/` + x names an object, no file of the function.
    let elsewhere = prefix
        .split_once("://")
        .is_some_and(|(scheme, _)| scheme != "file" && !scheme.contains(['/', UNKNOWN]));
    if elsewhere {
        return Place::Silent;
    }
    // `/tmp/report-` + x: a folder `report-…` would have to exist before `..` could leave it.
    if last.is_empty() || last.ends_with(UNKNOWN) {
        Place::Harm
    } else {
        Place::Silent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_a_url() {
        assert_eq!(judge(Grammar::UrlHost, ""), Place::Harm);
        assert_eq!(judge(Grammar::UrlHost, "https://"), Place::Harm);
        assert_eq!(judge(Grammar::UrlHost, "https://api."), Place::Harm);
        assert_eq!(judge(Grammar::UrlHost, "https://h/"), Place::UrlPath);
        assert_eq!(judge(Grammar::UrlHost, "https://h/?q="), Place::Silent);
        assert_eq!(judge(Grammar::UrlHost, "\u{FFFC}/x/"), Place::UrlPath);
        assert_eq!(judge(Grammar::Redirect, "/"), Place::Harm);
        assert_eq!(judge(Grammar::Redirect, "https://h/"), Place::Silent);
    }

    #[test]
    fn places_in_a_path() {
        assert_eq!(judge(Grammar::Path, ""), Place::Harm);
        assert_eq!(judge(Grammar::Path, "/tmp/"), Place::Harm);
        assert_eq!(judge(Grammar::Path, "/tmp/report-"), Place::Silent);
        assert_eq!(judge(Grammar::Path, "/tmp/\u{FFFC}"), Place::Harm);
        assert_eq!(judge(Grammar::Path, "/tmp/\u{FFFC}-"), Place::Silent);
        assert_eq!(judge(Grammar::Path, "s3://bucket/"), Place::Silent);
        assert_eq!(judge(Grammar::Path, "file:///srv/"), Place::Harm);
        assert_eq!(judge(Grammar::Argument, "--name="), Place::Silent);
    }
}
