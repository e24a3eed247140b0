//! Addresses of nodes that the Serverless Framework makes, as its services spell them.

/// Before the key of a function.
const FUNCTION: &str = "functions.";
/// Before the name and the part of a construct.
const CONSTRUCT: &str = "constructs.";

/// The logical id of an address: that of a function is made from its key. Source: serverless 3.40, `lib/plugins/aws/lib/
/// naming.js` (2024-12).
pub fn logical_id(address: &str) -> String {
    match address.strip_prefix(FUNCTION) {
        Some(key) => format!("{}LambdaFunction", normalized(key)),
        None => address.to_owned(),
    }
}

/// The key of a function as the first part of logical ids.
pub fn normalized(key: &str) -> String {
    let key = key.replace('-', "Dash").replace('_', "Underscore");
    let mut letters = key.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The address of a part of a construct.
pub fn construct(name: &str, part: &str) -> String {
    format!("{CONSTRUCT}{name}.{part}")
}

/// The variable that stands for an attribute of a part of a construct, as its logical id is nobody's to know:
/// `${construct:jobs.queueUrl}`.
pub fn construct_variable(address: &str, attribute: &str) -> Option<String> {
    let (name, part) = address.strip_prefix(CONSTRUCT)?.rsplit_once('.')?;
    let end = match (attribute, part) {
        ("Ref", "queue" | "dlq") => "Url",
        ("Ref", _) => "Name",
        (attribute, _) => attribute,
    };
    Some(format!("${{construct:{name}.{part}{end}}}"))
}

#[cfg(test)]
mod tests {
    use super::{construct, construct_variable, logical_id};

    #[test]
    fn addresses_are_spelled_as_services_do() {
        assert_eq!(
            logical_id("functions.get-all_items"),
            "GetDashallUnderscoreitemsLambdaFunction"
        );
        assert_eq!(logical_id("Orders"), "Orders");
        let jobs = construct("my-jobs", "queue");
        assert_eq!(
            construct_variable(&jobs, "Ref").as_deref(),
            Some("${construct:my-jobs.queueUrl}")
        );
        assert_eq!(
            construct_variable(&construct("a", "table"), "StreamArn").as_deref(),
            Some("${construct:a.tableStreamArn}")
        );
        assert_eq!(construct_variable("Orders", "Arn"), None);
    }
}
