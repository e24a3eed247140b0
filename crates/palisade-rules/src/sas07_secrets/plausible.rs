//! Whether a literal may be a real secret: no reference, no placeholder, no name of something.

use crate::sas07_secrets::names::Promise;

/// Words that say that a value is to be filled in, or stands for one in an example.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "your",
    "xxx",
    "todo",
    "dummy",
    "fake",
    "sample",
    "replace",
    "redacted",
    "insert",
    "foobar",
    "not-set",
    "notset",
    "none",
    "null",
    "undefined",
    "mock",
    "fixme",
    "secret-here",
    "goes-here",
    "enter-",
    "enter_",
    // The keys of the Cosmos and storage emulators, the same on every machine (Azure documentation, 2026-10).
    "eby8vdm02xnocqflquwjpllmetlcdxj1ouzft50usrz6ifsu",
    "c2y6ydjf5/r+ob0n8a7cgv30vrdjiwehlm+4qdu5de2nq9ndu",
    "<",
    ">",
    "***",
    "...",
    "…",
    "${",
    "{{",
    "}}",
    "%(",
    "$(",
    "#{",
    "@{",
];

/// Values that are words of a form, not secrets.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "string",
    "true",
    "false",
    "required",
    "optional",
    "hidden",
    "test",
    "admin",
    "user",
    "root",
    "apikey",
    "key",
    "value",
    "text",
    "default",
    "auto",
    "disabled",
    "enabled",
    "postgres",
    "mysql",
    "guest",
    "localhost",
    "docker",
    "minioadmin",
    "bearer",
    "basic",
];

/// Whether a value is surely none: a reference, a placeholder, nothing.
pub fn is_placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    let plain: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    if value.len() < 4 || plain.is_empty() {
        return true;
    }
    PLACEHOLDERS.iter().any(|word| lower.contains(word))
        || WORDS.contains(&plain.as_str())
        || value.starts_with(['$', '!', '&', '*', '@'])
            && value
                .chars()
                .skip(1)
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ' '))
        || value.starts_with("arn:")
        || lower.starts_with("test")
        || lower.starts_with("process.env")
        || lower.starts_with("os.environ")
        || is_monotone(&plain)
}

/// Few different letters, or letters in the order of the alphabet.
fn is_monotone(plain: &str) -> bool {
    let mut letters: Vec<char> = plain.chars().collect();
    let rising = letters
        .iter()
        .zip(letters.iter().skip(1))
        .filter(|(a, b)| u32::from(**b) == u32::from(**a) + 1)
        .count();
    let length = letters.len();
    letters.sort_unstable();
    letters.dedup();
    letters.len() < 3
        || (length >= 8 && letters.len() < 5)
        || (length >= 6 && rising * 4 >= length * 3)
}

/// Whether a literal under a name that promises a secret may be one. `settings`: it stands where settings are
/// given to a deployment, so that simple words count too.
pub fn under(promise: Promise, value: &str, settings: bool) -> bool {
    if is_placeholder(value)
        || value.len() > 300
        || value.contains(char::is_whitespace)
        || !value.is_ascii()
    {
        return false;
    }
    let lower = value.to_lowercase();
    let digit = value.contains(|c: char| c.is_ascii_digit());
    let letter = value.contains(|c: char| c.is_ascii_alphabetic());
    let sign = value
        .contains(|c: char| c.is_ascii_punctuation() && !matches!(c, '-' | '_' | '.' | '/' | ':'));
    if lower.contains("://") || value.starts_with('/') || value.starts_with("./") {
        return false;
    }
    match promise {
        Promise::Password => {
            let named = lower.contains("password") || lower.contains("passwd");
            if settings {
                letter && (digit || sign || (!named && value.len() >= 6 && !is_name(value)))
                    || (digit && value.len() >= 6)
            } else {
                letter
                    && (digit || sign)
                    && (digit || !named)
                    && !is_call(value)
                    && (value.len() >= 6 || sign)
            }
        }
        Promise::Secret => {
            letter && (sign || (digit && value.len() >= 8)) && !is_name(value) && !is_call(value)
        }
        Promise::Key => {
            digit
                && letter
                && value.len() >= 16
                && entropy(value) >= 3.0
                && !is_unique_id(value)
                && !is_name(value)
                && !is_call(value)
        }
    }
}

/// A UUID: under the name of a key it is more often an id.
fn is_unique_id(value: &str) -> bool {
    let parts: Vec<usize> = value.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12]
}

/// A part of code rather than a value.
fn is_call(value: &str) -> bool {
    value.ends_with(')')
        || value.contains("()")
        || value.starts_with(['(', '[', '{', ':', '^', '%'])
}

/// Words of small letters joined by dashes, dots or slashes, as names of stored secrets are; or a name of a variable.
pub fn is_name(value: &str) -> bool {
    let parts: Vec<&str> = value
        .split(['-', '_', '.', '/', ':'])
        .filter(|part| !part.is_empty())
        .collect();
    let word = |part: &&str| {
        let letters = part.chars().filter(char::is_ascii_alphabetic).count();
        let digits = part.chars().filter(char::is_ascii_digit).count();
        letters + digits == part.len()
            && (digits == 0 || (letters == 0 && digits <= 4) || (letters >= 2 && digits <= 2))
            && (part.chars().all(|c| !c.is_ascii_uppercase())
                || part.chars().all(|c| !c.is_ascii_lowercase())
                || part
                    .chars()
                    .skip(1)
                    .filter(char::is_ascii_uppercase)
                    .count()
                    * 3
                    < part.len())
    };
    parts.len() > 1 && parts.iter().all(word)
}

/// Bits of a letter, by how often each occurs.
pub fn entropy(value: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = value.len().max(1) as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{is_name, is_placeholder, under};
    use crate::sas07_secrets::names::Promise::{Key, Password, Secret};

    #[test]
    fn placeholders_are_no_secrets() {
        for value in [
            "changeme!",
            "<password>",
            "${DB_PASSWORD}",
            "YOUR_API_KEY",
            "xxxxxxxx",
            "password",
            "AAAAAAAAAAAA",
            "****",
            "$PASS",
            "1234567890",
        ] {
            assert!(is_placeholder(value), "{value}");
        }
    }

    #[test]
    fn a_password_has_a_digit_or_a_sign() {
        assert!(under(Password, "mW4$kz!Tq7^pLd&Rv2*XcHj", false));
        assert!(under(Password, "P@ssw0rd!", true) && under(Password, "SuperSecret123!", true));
        assert!(!under(Password, "Contraseña", false) && !under(Password, "prod/shop/db", true));
        assert!(
            under(Secret, "Tada!", true)
                && under(Secret, "ea29cbdb-a562-442a-8cc2-adbc6081d67c", false)
        );
        assert!(!under(Secret, "my-app-secret", true) && !under(Secret, "prod/shop/db", false));
        assert!(under(Key, "9f3c7a51be024d68a1c05e7d92b4f836", false));
        assert!(!under(Key, "shop-api-key", false) && !under(Key, "/app/api/key1", true));
        assert!(
            is_name("prod/shop/db")
                && is_name("MY_DB_PASSWORD")
                && !is_name("tIn-Quarry-58-xWillowQ7p9")
        );
    }
}
