//! How SDKs spell the names of operations.

/// The name of a botocore operation as a method of boto3: `PutItem` is `put_item`, `ListObjectsV2` is `list_objects_v2`.
///
/// As `botocore.xform_name` does it: a final `ARNs` is one word, then `(.)([A-Z][a-z]+)` and `([a-z0-9])([A-Z])`
/// are parted.
pub fn snake(name: &str) -> String {
    if name.contains('_') {
        return name.to_owned();
    }
    let parted = part_words(&part_plural(name));
    let mut out = String::with_capacity(parted.len() + 4);
    let mut letters = parted.chars().peekable();
    while let Some(letter) = letters.next() {
        out.push(letter);
        let small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        if let Some(next) = letters.next_if(|next| small && next.is_ascii_uppercase()) {
            out.push('_');
            out.push(next);
        }
    }
    out.to_ascii_lowercase()
}

/// `GetARNs` is `Get_arns`.
fn part_plural(name: &str) -> String {
    let Some(before) = name.strip_suffix('s') else {
        return name.to_owned();
    };
    let stem = before.trim_end_matches(|letter: char| letter.is_ascii_uppercase());
    let capitals = before.strip_prefix(stem).unwrap_or("");
    if capitals.len() < 2 {
        return name.to_owned();
    }
    format!("{stem}_{}s", capitals.to_ascii_lowercase())
}

/// Any letter followed by a capital and small letters.
fn part_words(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or(' ');
    let mut out = String::with_capacity(name.len() + 4);
    let mut index = 0;
    while index < letters.len() {
        out.push(at(index));
        index += 1;
        if at(index).is_ascii_uppercase() && at(index + 1).is_ascii_lowercase() {
            out.push('_');
            out.push(at(index));
            index += 1;
            while at(index).is_ascii_lowercase() {
                out.push(at(index));
                index += 1;
            }
        }
    }
    out
}

/// The name of an operation as a method of the JavaScript SDKs: `PutItem` is `putItem`.
pub fn camel(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_ascii_lowercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}
