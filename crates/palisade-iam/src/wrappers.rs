//! Packages that ask AWS for things by themselves, so that the calls of a program do not show all that it needs.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use toml_edit::{DocumentMut, Item};

struct Lists {
    packages: BTreeSet<String>,
    plain: BTreeSet<String>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let text = include_str!("../data/wrappers.toml");
    let document: DocumentMut = text.parse().unwrap_or_default();
    let list = |key: &str| -> BTreeSet<String> {
        let values = document.get(key).and_then(Item::as_array);
        let values = values.into_iter().flatten().filter_map(|v| v.as_str());
        values.map(str::to_owned).collect()
    };
    Lists {
        packages: list("packages"),
        plain: list("plain"),
    }
});

/// Whether what is imported under this name asks AWS by itself: `middy/middlewares`, `pynamodb.models`.
pub fn asks(import: &str) -> bool {
    let lists = &*LISTS;
    if within(&lists.packages, import) {
        return true;
    }
    let lower = import.to_ascii_lowercase();
    let named = |word: &str| lower.contains(word);
    let clouds = named("aws") || named("boto") || named("amazon");
    clouds && !within(&lists.plain, import) && !is_generated(&lower)
}

/// Whether a name is one of a list, or lies below one.
fn within(list: &BTreeSet<String>, import: &str) -> bool {
    let ends = import.match_indices(['.', '/']).map(|(at, _)| at);
    ends.chain([import.len()])
        .filter_map(|end| import.get(..end))
        .any(|name| list.contains(name))
}

/// Stubs of types are named after the service: `mypy_boto3_dynamodb`.
fn is_generated(lower: &str) -> bool {
    lower.starts_with("mypy_boto3_")
        || lower.starts_with("types_boto3_")
        || lower.starts_with("types_aiobotocore_")
}

#[cfg(test)]
mod tests {
    use super::asks;

    #[test]
    fn packages_that_ask_by_themselves() {
        for import in [
            "middy/middlewares",
            "@middy/ssm",
            "pynamodb.models",
            "boto_utils",
            "aws4",
            "botocore.auth",
            "amazon-qldb-driver-nodejs",
            "pyqldb.driver.qldb_driver",
        ] {
            assert!(asks(import), "{import}");
        }
        for import in [
            "boto3",
            "boto3.dynamodb.conditions",
            "botocore.exceptions",
            "@aws-sdk/client-s3",
            "@middy/core",
            "amazon.ion.simpleion",
            "json",
        ] {
            assert!(!asks(import), "{import}");
        }
        assert!(!asks("mypy_boto3_dynamodb.service_resource"));
        assert!(asks("aws_lambda_powertools.utilities.idempotency"));
        assert!(!asks("aws_lambda_powertools.utilities.parameters"));
    }
}
