//! Writes an internet mail (RFC 5322, RFC 2046) around a payload.

use serde_json::Value;

const BOUNDARY: &str = "palisade-part";

/// A mail that holds the texts of a value, each where its name says: a header, the text, or an attachment's name.
pub(super) fn write(value: &Value) -> String {
    let mut mail = Mail::default();
    mail.collect("text", value);
    mail.print()
}

#[derive(Default)]
struct Mail {
    headers: Vec<(String, String)>,
    text: Option<String>,
    attachment: Option<String>,
    content: Option<String>,
}

impl Mail {
    fn collect(&mut self, name: &str, value: &Value) {
        match value {
            Value::Object(parts) => parts
                .iter()
                .for_each(|(name, part)| self.collect(name, part)),
            Value::Array(parts) => parts.iter().for_each(|part| self.collect(name, part)),
            Value::String(text) => self.place(name, text),
            _ => {}
        }
    }

    fn place(&mut self, name: &str, text: &str) {
        match name.to_ascii_lowercase().as_str() {
            "filename" | "name" => self.attachment = Some(text.to_owned()),
            "content" => self.content = Some(text.to_owned()),
            "text" | "html" | "body" | "payload" | "textashtml" => {
                self.text = Some(text.to_owned())
            }
            _ if name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') =>
            {
                self.headers.push((name.to_owned(), one_line(text)));
            }
            _ => self.text = Some(text.to_owned()),
        }
    }

    fn print(&self) -> String {
        let mut lines = Vec::new();
        for (name, usual) in [
            ("From", "sender@example.com"),
            ("To", "inbox@example.com"),
            ("Subject", "Hello"),
            ("Date", "Mon, 02 Nov 2026 10:00:00 +0000"),
        ] {
            if !self
                .headers
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(name))
            {
                lines.push(format!("{name}: {usual}"));
            }
        }
        lines.extend(
            self.headers
                .iter()
                .map(|(name, text)| format!("{name}: {text}")),
        );
        lines.push("MIME-Version: 1.0".to_owned());
        let text = self.text.as_deref().unwrap_or("Hello.");
        if self.attachment.is_none() && self.content.is_none() {
            lines.push("Content-Type: text/plain; charset=utf-8".to_owned());
            lines.extend([String::new(), text.to_owned(), String::new()]);
            return lines.join("\r\n");
        }
        lines.push(format!(
            "Content-Type: multipart/mixed; boundary={BOUNDARY}"
        ));
        lines.extend([
            String::new(),
            format!("--{BOUNDARY}"),
            "Content-Type: text/plain; charset=utf-8".to_owned(),
        ]);
        lines.extend([String::new(), text.to_owned(), format!("--{BOUNDARY}")]);
        lines.push("Content-Type: application/octet-stream".to_owned());
        let name = self.attachment.as_deref().unwrap_or("file.txt");
        lines.push(format!(
            "Content-Disposition: attachment; {}",
            file_name(name)
        ));
        lines.extend([
            String::new(),
            self.content.as_deref().unwrap_or("content").to_owned(),
        ]);
        lines.extend([format!("--{BOUNDARY}--"), String::new()]);
        lines.join("\r\n")
    }
}

/// A quoted string where that can hold the name, else RFC 2231.
fn file_name(name: &str) -> String {
    if name.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return format!(
            "filename=\"{}\"",
            name.replace('\\', "\\\\").replace('"', "\\\"")
        );
    }
    format!(
        "filename*=utf-8''{}",
        super::url::encode(name)
            .replace('+', "%20")
            .replace('/', "%2F")
    )
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}
