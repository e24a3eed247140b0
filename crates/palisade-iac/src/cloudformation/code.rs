//! Where a function's code lies: folder, archive, image, inline, or outside the tree.

use palisade_model::app::Code;
use palisade_model::source::Span;

use crate::look;
use crate::reader::{At, join_path};
use crate::value::{Value, ValueKind};

/// The code of an `AWS::Lambda::Function`.
pub fn of_lambda(at: At<'_>) -> Code {
    if let Some(inline) = look::first(at.properties(), "Code.ZipFile") {
        return inline_code(at, inline);
    }
    if let Some(code) = of_asset(at) {
        return code;
    }
    match look::first(at.properties(), "Code") {
        Some(code) => of_value(at, code),
        None => Code::Nowhere,
    }
}

/// The code of an `AWS::Serverless::Function`.
pub fn of_serverless(at: At<'_>) -> Code {
    let properties = at.properties();
    if let Some(inline) = look::first(properties, "InlineCode") {
        return inline_code(at, inline);
    }
    if look::word(properties, "PackageType") == Some("Image")
        || look::first(properties, "ImageUri").is_some()
    {
        return image(at, look::first(properties, "ImageUri"));
    }
    if let Some(code) = of_asset(at) {
        return code;
    }
    match look::first(properties, "CodeUri") {
        Some(code) => of_value(at, code),
        None => local(at, "."),
    }
}

/// Assets of the CDK name their folder in the metadata.
fn of_asset(at: At<'_>) -> Option<Code> {
    let metadata = &at.raw.metadata;
    let path = look::word_of_key(metadata, "aws:asset:path")?;
    if look::word_of_key(metadata, "aws:asset:property")
        .is_some_and(|p| p.starts_with("Code.ImageUri"))
    {
        let context = join_path(&at.unit.folder, path);
        let dockerfile = look::word_of_key(metadata, "aws:asset:dockerfile-path");
        return Some(Code::Image {
            image: palisade_model::text::Text::of(path),
            command: command(at),
            context,
            dockerfile: dockerfile.map(str::to_owned),
        });
    }
    let found = local(at, path);
    (found != Code::Nowhere).then_some(found)
}

fn of_value(at: At<'_>, code: &Value) -> Code {
    match &code.kind {
        ValueKind::Scalar(text, _) => match text.literal() {
            Some(path) => local(at, path),
            None => Code::Elsewhere(text.words()),
        },
        ValueKind::Map(_) => {
            if let Some(inline) = look::first(code, "ZipFile") {
                return inline_code(at, inline);
            }
            if let Some(uri) = look::first(code, "ImageUri") {
                return image(at, Some(uri));
            }
            let word = |keys: [&str; 2]| {
                keys.iter()
                    .find_map(|key| look::first_text(code, key))
                    .map(|t| t.words())
                    .unwrap_or_default()
            };
            Code::Elsewhere(format!(
                "s3://{}/{}",
                word(["S3Bucket", "Bucket"]),
                word(["S3Key", "Key"])
            ))
        }
        ValueKind::Unknown(_, words) => Code::Elsewhere(words.clone()),
        _ => Code::Nowhere,
    }
}

fn inline_code(at: At<'_>, value: &Value) -> Code {
    if let Some(code) = embedded(at, value) {
        return code;
    }
    match look::text(value) {
        Some(text) => Code::Inline(value.origin.span, text.words()),
        None => Code::Nowhere,
    }
}

/// `!Rain::Embed path`: a file of the tree stands in place of the text.
fn embedded(at: At<'_>, value: &Value) -> Option<Code> {
    const EMBED: &str = "Rain::Embed";
    let path = match &value.kind {
        ValueKind::Map(_) => look::word_of_key(value, EMBED)?.to_owned(),
        ValueKind::Unknown(_, words) => {
            words.trim().strip_prefix("!Rain::Embed")?.trim().to_owned()
        }
        _ => return None,
    };
    let file = (at.input.find)(&join_path(&at.unit.folder, path.trim_matches(['"', '\'']))?)?;
    let text = at.input.sources.text(file);
    Some(Code::Inline(
        Span::new(file, 0, text.len()),
        text.to_owned(),
    ))
}

/// A path written in a template, relative to the template's folder.
fn local(at: At<'_>, path: &str) -> Code {
    match join_path(&at.unit.folder, path) {
        Some(joined) if is_archive(&joined) => Code::Archive(joined),
        Some(joined) => Code::Directory(joined),
        None => Code::Elsewhere(path.to_owned()),
    }
}

fn is_archive(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    [".zip", ".jar", ".war", ".tar.gz", ".tgz"]
        .iter()
        .any(|end| lower.ends_with(end))
}

fn image(at: At<'_>, uri: Option<&Value>) -> Code {
    let metadata = &at.raw.metadata;
    let context = look::word(metadata, "DockerContext").and_then(|c| join_path(&at.unit.folder, c));
    Code::Image {
        image: uri.and_then(look::text).unwrap_or_default(),
        command: command(at),
        context,
        dockerfile: look::word(metadata, "Dockerfile").map(str::to_owned),
    }
}

fn command(at: At<'_>) -> Option<String> {
    look::each_at(at.properties(), "ImageConfig.Command")
        .into_iter()
        .find_map(|(_, v)| look::literal(v))
        .map(str::to_owned)
}

/// `EntryPoints` of `BuildMethod: esbuild`, relative to the code.
pub fn build_entries(at: At<'_>) -> Vec<String> {
    look::each_at(&at.raw.metadata, "BuildProperties.EntryPoints")
        .into_iter()
        .filter_map(|(_, v)| look::literal(v))
        .map(str::to_owned)
        .collect()
}
