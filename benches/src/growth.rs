//! Generated applications of growing size: time for each function must not grow.

use crate::case::{Settings, ask};
use crate::numbers::{of, table};

/// One row for each size and kind.
pub(crate) fn measure(sizes: &[String], settings: Settings) -> String {
    let default = ["1000".to_owned(), "10000".to_owned()];
    let sizes = if sizes.is_empty() {
        &default[..]
    } else {
        sizes
    };
    let head = "application|functions|MB|instructions|findings|cpu ms|us/function|growth|templates|lower|flow|rules|other|peak MB|KB/function";
    let mut rows = vec![head.split('|').map(str::to_owned).collect::<Vec<_>>()];
    for kind in ["one", "many"] {
        let mut first = None;
        for size in sizes {
            let measures = match ask(&["generated", kind, size], settings) {
                Ok(measures) => measures,
                Err(why) => {
                    rows.push(vec![format!("{kind}, {size}: {why}")]);
                    continue;
                }
            };
            let of = |name| of(&measures, name);
            let functions = of("functions").max(1.0);
            let each = of("cpu") * 1000.0 / functions;
            let growth = each / *first.get_or_insert(each);
            let other = of("walk") + of("read") + of("rest");
            rows.push(vec![
                if kind == "one" {
                    "one, of nested stacks".to_owned()
                } else {
                    "many, 100 functions each".to_owned()
                },
                format!("{functions:.0}"),
                format!("{:.1}", of("bytes") / 1e6),
                format!("{:.0}", of("instructions")),
                format!("{:.0}", of("findings")),
                format!("{:.0}", of("cpu")),
                format!("{each:.0}"),
                format!("{growth:.2}"),
                format!("{:.0}", of("templates")),
                format!("{:.0}", of("lower")),
                format!("{:.0}", of("flow")),
                format!("{:.0}", of("rules")),
                format!("{other:.0}"),
                format!("{:.0}", of("peak")),
                format!("{:.1}", of("peak") * 1024.0 / functions),
            ]);
        }
    }
    let note = "chains of four functions: HTTP -> queue -> table -> bucket -> shell, half of them safe; shared helpers and one decorator\n\n";
    format!("{note}{}", table(&rows))
}
