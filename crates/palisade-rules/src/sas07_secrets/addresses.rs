//! Secrets inside addresses and connection strings.

use crate::sas07_secrets::plausible;

/// What is found, with its article, and its place in the line.
pub type Found = (&'static str, usize, usize);

/// Passwords in the user part of addresses, keys in their query, and passwords of connection strings.
pub fn of_line(line: &str) -> Vec<Found> {
    let mut found = Vec::new();
    // Comments show how an address would look.
    let remark = ["//", "#", "*", "<!--", ";"]
        .iter()
        .any(|sign| line.trim_start().starts_with(sign));
    if line.contains("://") && !remark {
        users(line, &mut found);
        queries(line, &mut found);
    }
    connections(line, &mut found);
    found
}

/// `scheme://user:password@host`.
fn users(line: &str, found: &mut Vec<Found>) {
    for (at, _) in line.match_indices("://") {
        let from = at + 3;
        let Some(rest) = line.get(from..) else {
            continue;
        };
        let end = rest
            .find(|c: char| {
                c.is_whitespace()
                    || matches!(
                        c,
                        '/' | '?' | '"' | '\'' | '`' | '<' | '>' | ',' | ')' | '\\'
                    )
            })
            .unwrap_or(rest.len());
        let Some((user, host)) = rest
            .get(..end)
            .and_then(|authority| authority.rsplit_once('@'))
        else {
            continue;
        };
        let Some((name, password)) = user.split_once(':') else {
            continue;
        };
        let host_name = host.split(':').next().unwrap_or_default();
        let local = !host_name.contains('.')
            || host_name.starts_with("127.")
            || host_name.starts_with("0.0.0.0")
            || host_name.ends_with(".local");
        let unknown =
            user.contains(['{', '$', '<', '%', '*', '+', '[']) || host.contains(['{', '$', '<']);
        if local || unknown || password == name || plausible::is_placeholder(password) {
            continue;
        }
        let start = from + name.len() + 1;
        found.push(("a password in an address", start, start + password.len()));
    }
}

/// `?apiKey=…`.
fn queries(line: &str, found: &mut Vec<Found>) {
    for (at, _) in line.match_indices(['?', '&']) {
        let Some(rest) = line.get(at + 1..) else {
            continue;
        };
        let Some((name, tail)) = rest.split_once('=') else {
            continue;
        };
        let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let named = matches!(
            plain.to_ascii_lowercase().as_str(),
            "apikey"
                | "key"
                | "token"
                | "accesstoken"
                | "authtoken"
                | "secret"
                | "clientsecret"
                | "sig"
                | "code"
                | "apitoken"
                | "subscriptionkey"
                | "appid"
                | "password"
        );
        if !named || name.len() > 40 {
            continue;
        }
        let length = tail
            .bytes()
            .take_while(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'%' | b'=')
            })
            .count();
        let value = tail.get(..length).unwrap_or_default();
        let digit = value.contains(|c: char| c.is_ascii_digit());
        let random =
            length >= 20 && digit && plausible::entropy(value) >= 3.0 && !plausible::is_name(value);
        let cut = tail.get(length..).is_some_and(|rest| {
            rest.starts_with(['$', '{', '<', '"', '\'']) && rest.contains(" +")
        });
        if random && !cut && !plausible::is_placeholder(value) {
            let start = at + 1 + name.len() + 1;
            found.push(("a key in the query of an address", start, start + length));
        }
    }
}

/// `Server=…;User Id=…;Password=…`.
fn connections(line: &str, found: &mut Vec<Found>) {
    let lower = line.to_ascii_lowercase();
    for (word, what) in [
        ("password=", "a password in a connection string"),
        ("pwd=", "a password in a connection string"),
        ("accountkey=", "a key in a connection string"),
        ("sharedaccesskey=", "a key in a connection string"),
    ] {
        for (at, _) in lower.match_indices(word) {
            let before = lower.get(..at).unwrap_or_default();
            let opened = before.rfind(['"', '\'', '`']).map_or(0, |quote| quote + 1);
            let head = before.get(opened..).unwrap_or_default();
            let start = at + word.len();
            let Some(rest) = line.get(start..) else {
                continue;
            };
            let length = rest.find([';', '"', '\'', '`']).unwrap_or(rest.len());
            let value = rest.get(..length).unwrap_or_default().trim_end();
            let tail = rest.get(length..).unwrap_or_default();
            let whole = format!("{head}{}", tail.to_ascii_lowercase());
            let others = [
                "server=",
                "data source=",
                "host=",
                "user id=",
                "uid=",
                "accountname=",
                "endpoint=",
                "username=",
            ];
            let is_list = (head.trim_end().ends_with(';')
                || (head.is_empty() && tail.starts_with(';')))
                && others.iter().any(|other| whole.contains(other));
            let known = !value.contains('{') && value.contains(char::is_alphanumeric);
            if is_list && known && !plausible::is_placeholder(value) {
                found.push((what, start, start + value.len()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of_line;

    fn found(line: &str) -> Vec<String> {
        of_line(line)
            .into_iter()
            .map(|(_, start, end)| line.get(start..end).unwrap().to_owned())
            .collect()
    }

    #[test]
    fn secrets_hang_in_addresses() {
        assert_eq!(
            found("queue: amqps://worker:tIn-Quarry-58@mq.internal.example:5671/jobs"),
            ["tIn-Quarry-58"]
        );
        assert_eq!(
            found("u = 'https://e.example/v1?apiKey=9f3c7a51be024d68a1c05e7d92b4f836'"),
            ["9f3c7a51be024d68a1c05e7d92b4f836"]
        );
        assert_eq!(
            found("\"Server=db.example;User Id=shop;Password=fErn$Castle_37;Encrypt=true\""),
            ["fErn$Castle_37"]
        );
        for line in [
            "docs: https://e.example/v1?apiKey=YOUR_API_KEY",
            "postgres://postgres:postgres@localhost:5432/db",
            "postgres://user:${PASSWORD}@db.example/x",
            "postgres://user:password@db.example/x",
            "f\"Server={host};Password={password};\"",
            "mongodb://root:hunter22@mongo:27017",
        ] {
            assert!(found(line).is_empty(), "{line}");
        }
    }
}
