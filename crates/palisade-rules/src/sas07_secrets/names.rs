//! Whether a name says that its value is a secret.

/// What kind of secret a name promises.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Promise {
    /// A password: chosen by people, so nearly anything.
    Password,
    /// A secret: random or chosen.
    Secret,
    /// A key or token: long and random.
    Key,
}

impl Promise {
    /// What is found, with its article.
    pub fn word(self) -> &'static str {
        match self {
            Self::Password => "a password",
            Self::Secret => "a secret",
            Self::Key => "a key",
        }
    }
}

/// What a name promises: by its last words, as `passwordField` and `SECRET_NAME` are no secrets.
pub fn promise(name: &str) -> Option<Promise> {
    if name.len() > 100 {
        return None;
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let last = |n: usize| words.get(words.len().checked_sub(n)?).copied();
    let (one, two) = (last(1)?, last(2).unwrap_or_default());
    let whole = words.concat();
    match one {
        "password" | "passwd" | "pwd" | "passphrase" | "pw" | "userpassword" | "dbpassword"
        | "masterpassword" | "masteruserpassword" => Some(Promise::Password),
        "pass" if !matches!(two, "by" | "one" | "first" | "second") => Some(Promise::Password),
        "secret" | "secrets" | "secretstring" | "clientsecret" | "jwtsecret" => {
            Some(Promise::Secret)
        }
        "apikey" | "secretkey" | "privatekey" | "authtoken" | "accesstoken" | "apitoken"
        | "bottoken" | "apisecret" => Some(Promise::Key),
        "key" => match two {
            "api" | "secret" | "private" | "encryption" | "signing" | "auth" | "master"
            | "account" | "subscription" => Some(Promise::Key),
            "access" if whole.contains("secret") => Some(Promise::Key),
            _ => None,
        },
        "string" if two == "secret" => Some(Promise::Secret),
        "token" if !harmless(&words) => Some(Promise::Key),
        "var" | "variable" | "value" if words.len() > 2 => {
            let rest = words.get(..words.len() - 1).unwrap_or_default();
            let rest: Vec<&str> = rest.iter().copied().filter(|w| *w != "env").collect();
            promise(&rest.join("_"))
        }
        _ => None,
    }
}

/// Whether a name is that of the id of a key pair.
pub fn is_key_id(name: &str) -> bool {
    let whole = words(name).concat();
    whole.ends_with("accesskey") || whole.ends_with("accesskeyid") || whole.ends_with("keyid")
}

/// Tokens that open nothing: of pages, of parsers, of protection against forgery.
fn harmless(words: &[&str]) -> bool {
    words.iter().any(|word| {
        matches!(
            *word,
            "next"
                | "change"
                | "output"
                | "input"
                | "page"
                | "pagination"
                | "continuation"
                | "csrf"
                | "xsrf"
                | "starting"
                | "client"
                | "start"
                | "idempotency"
                | "request"
                | "scroll"
                | "sync"
                | "max"
                | "stop"
                | "pad"
                | "eos"
                | "bos"
        )
    })
}

/// The words of a name in lower case: at signs, and where a capital follows a small letter.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let breaks = c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if !c.is_alphanumeric() || breaks {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    // `Password1` and `DB_PASSWORD_2` are passwords.
    words.retain(|word| !word.is_empty());
    for word in &mut words {
        let end = word.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if end > 0 {
            word.truncate(end);
        }
    }
    words.retain(|word| !word.chars().all(|c| c.is_ascii_digit()));
    words
}

#[cfg(test)]
mod tests {
    use super::{Promise, promise};

    #[test]
    fn the_last_words_of_a_name_count() {
        for name in [
            "password",
            "DB_PASSWORD",
            "dbPassword",
            "TMP_PW",
            "Password2",
            "MasterUserPassword",
            "DB_PASS",
        ] {
            assert_eq!(promise(name), Some(Promise::Password), "{name}");
        }
        for name in [
            "adminSecret",
            "CLIENT_SECRET",
            "MY_SECRET_ENV_VAR",
            "SecretString",
        ] {
            assert_eq!(promise(name), Some(Promise::Secret), "{name}");
        }
        for name in [
            "SECRET_API_KEY",
            "apiKey",
            "AWS_SECRET_ACCESS_KEY",
            "githubToken",
            "secret_key",
        ] {
            assert_eq!(promise(name), Some(Promise::Key), "{name}");
        }
        for name in [
            "SECRET_NAME",
            "passwordField",
            "SecretArn",
            "access_key_id",
            "nextToken",
            "key",
            "PasswordPolicy",
            "bypass",
            "token_url",
            "compass",
            "secretId",
            "KeyId",
            "csrfToken",
        ] {
            assert_eq!(promise(name), None, "{name}");
        }
    }
}
