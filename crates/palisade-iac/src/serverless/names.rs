//! Logical ids, as the framework makes them from names.

use palisade_model::address::normalized;

/// `my-fn_1` is `MyDashfnUnderscore1`.
pub(super) fn resource(name: &str) -> String {
    normalized(name)
}

/// The function `hello` is `HelloLambdaFunction`.
pub(super) fn function(name: &str) -> String {
    format!("{}LambdaFunction", resource(name))
}

/// Letters and digits alone.
pub(super) fn letters(name: &str) -> String {
    let kept: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    upper_first(&kept)
}

/// The path `users/{id}` is `UsersIdVar`.
pub(super) fn path(path: &str) -> String {
    path.split('/').map(path_part).collect()
}

fn path_part(part: &str) -> String {
    let lower = upper_first(&part.to_lowercase());
    let dashed = lower.replace('-', "Dash");
    let named = match (dashed.find('{'), dashed.rfind('}')) {
        (Some(from), Some(to)) if from < to => {
            let before = dashed.get(..from).unwrap_or_default();
            let inside = dashed.get(from + 1..to).unwrap_or_default();
            let after = dashed.get(to + 1..).unwrap_or_default();
            format!("{before}{inside}Var{after}")
        }
        _ => dashed,
    };
    letters(&named)
}

/// The route `$connect` is `Sconnect`.
pub(super) fn route(route: &str) -> String {
    route
        .replace('$', "S")
        .replace('/', "Slash")
        .replace('-', "Dash")
        .replace('_', "Underscore")
        .replace('.', "Period")
}

/// The first letter in upper case.
pub(super) fn upper_first(name: &str) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn as_the_framework_makes_them() {
        assert_eq!(
            super::function("get-user_1"),
            "GetDashuserUnderscore1LambdaFunction"
        );
        assert_eq!(
            super::path("users/{userId}/my-posts"),
            "UsersUseridVarMyDashposts"
        );
        assert_eq!(super::path("{proxy+}"), "ProxyVar");
        assert_eq!(super::letters("my.bucket-1"), "Mybucket1");
        assert_eq!(super::route("$connect"), "Sconnect");
    }
}
