//! Names of fields that speak of rights, secrets and persons.

/// Letters alone, in lower case.
pub(super) fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.collect::<String>().to_ascii_lowercase()
}

pub(super) fn is_secret(name: &str) -> bool {
    let name = plain(name);
    let words = [
        "secret",
        "token",
        "password",
        "passwd",
        "apikey",
        "accesskey",
        "signingkey",
        "authkey",
    ];
    words.iter().any(|word| name.contains(word)) && !name.ends_with("id") && !name.ends_with("arn")
}

pub(super) fn is_right(name: &str) -> bool {
    is_flag(name)
        || matches!(
            name,
            "role"
                | "roles"
                | "userrole"
                | "usertype"
                | "accountype"
                | "group"
                | "usergroup"
                | "privilege"
        )
}

pub(super) fn is_identity(name: &str) -> bool {
    matches!(
        name,
        "user"
            | "userid"
            | "username"
            | "uid"
            | "sub"
            | "email"
            | "account"
            | "accountid"
            | "customerid"
            | "memberid"
            | "login"
    )
}

pub(super) fn is_flag(name: &str) -> bool {
    matches!(
        name,
        "admin"
            | "isadmin"
            | "administrator"
            | "isadministrator"
            | "issuperuser"
            | "superuser"
            | "isstaff"
            | "isroot"
            | "isowner"
            | "isauthenticated"
            | "isauthorized"
            | "authenticated"
            | "authorized"
            | "isprivileged"
            | "isinternal"
            | "skipauth"
            | "bypassauth"
    )
}

pub(super) fn is_high(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("admin") || matches!(text.as_str(), "root" | "superuser" | "owner" | "staff")
}
