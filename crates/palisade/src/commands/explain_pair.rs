//! The first two cases of a rule as a part of its page: code that it finds, and the same code repaired.

/// Markdown with one heading for each of the two.
pub(crate) fn pair(cases: &str) -> String {
    let mut out = String::new();
    let sections = cases.split("\n## ").skip(1);
    for (heading, section) in ["Vulnerable", "Fixed"].into_iter().zip(sections) {
        out.push_str("## ");
        out.push_str(heading);
        out.push('\n');
        write(&mut out, section);
    }
    out
}

/// What is said of the case, and its code; neither its name, its templates nor what is expected.
fn write(out: &mut String, section: &str) {
    let mut block: Option<bool> = None;
    for line in section.lines().skip(1) {
        let fence = line.strip_prefix("```");
        let shown = match (block, fence) {
            (None, Some(file)) => {
                let is_code = !file.trim().ends_with(".yaml");
                block = Some(is_code);
                if is_code {
                    out.push('\n');
                }
                is_code
            }
            (Some(is_code), Some(_)) => {
                block = None;
                is_code
            }
            (Some(is_code), None) => is_code,
            (None, None) => !line.starts_with("expect:") && !line.is_empty(),
        };
        if shown {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::pair;

    #[test]
    fn two_cases_without_templates_and_expectations() {
        let cases = "# Cases\n\n## vulnerable\nIt is bad.\n```template.yaml\nA: 1\n```\n```app.py\nbad()\n\n# a comment\n```\n\
            expect: SAS-1 app.py:1 sql \"bad\"\n\n## fixed\nIt is good.\n```app.py\ngood()\n```\nexpect: none SAS-1\n\n## more\nx\n";
        assert_eq!(
            pair(cases),
            "## Vulnerable\nIt is bad.\n\n```app.py\nbad()\n\n# a comment\n```\n\n\
             ## Fixed\nIt is good.\n\n```app.py\ngood()\n```\n\n"
        );
    }

    #[test]
    fn every_rule_of_injection_has_a_pair() {
        for rule in palisade_rules::sas01_injection::ALL {
            let text = pair(rule.cases);
            assert_eq!(text.matches("```app.py\n").count(), 2, "{}", rule.meta.id);
            assert!(text.contains("## Vulnerable\n") && text.contains("## Fixed\n"));
        }
    }
}
