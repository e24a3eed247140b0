//! Recognizes minified and bundled files, which are named in the report and not lowered.

/// Files smaller than this are never taken for minified code.
const SMALL: usize = 4 << 10;
/// Mean length of a line, in bytes, from which a file counts as minified.
const MEAN_LINE: usize = 500;

/// Texts that only bundlers write, with the bundler's name.
const MARKERS: &[(&str, &str)] = &[
    ("__webpack_require__", "bundled by webpack"),
    ("webpackBootstrap", "bundled by webpack"),
    ("__nccwpck_require__", "bundled by ncc"),
    ("var __commonJS = (", "bundled by esbuild"),
    ("var __commonJSMin = (", "bundled by rolldown"),
    ("parcelRequire", "bundled by parcel"),
    ("MODULE_NOT_FOUND\",n", "bundled by browserify"),
];

/// Why a file is taken for minified or bundled code, if it is.
pub fn recognized(text: &str) -> Option<&'static str> {
    if text.len() < SMALL {
        return None;
    }
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    if text.len() / lines > MEAN_LINE {
        return Some("minified");
    }
    MARKERS
        .iter()
        .find(|(marker, _)| written_early(text, marker))
        .map(|(_, what)| *what)
}

/// Whether a marker stands outside quotes somewhere: a file that only names it in a string is no bundle.
fn written_early(text: &str, marker: &str) -> bool {
    text.match_indices(marker).take(4).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        !matches!(before, Some('"' | '\'' | '`'))
    })
}

#[cfg(test)]
mod tests {
    use super::recognized;

    #[test]
    fn small_or_readable_files_are_lowered() {
        assert_eq!(recognized("var a=1;"), None);
        assert_eq!(recognized(&"const a = 1;\n".repeat(1000)), None);
        assert_eq!(
            recognized(&format!(
                "{}const m = \"__webpack_require__\";\n",
                "const a = 1;\n".repeat(1000)
            )),
            None
        );
    }

    #[test]
    fn long_lines_and_markers_are_recognized() {
        assert_eq!(recognized(&"a=1;".repeat(3000)), Some("minified"));
        assert_eq!(
            recognized(&format!(
                "{}module.exports = __webpack_require__(3);\n",
                "const a = 1;\n".repeat(1000)
            )),
            Some("bundled by webpack")
        );
    }
}
