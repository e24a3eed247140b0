//! What a function costs at worst, by a dated table.

use std::sync::OnceLock;

use toml_edit::{Document, Item};

struct Prices {
    usd_per_gb_second: f64,
    concurrency: f64,
    date: String,
}

fn prices() -> &'static Prices {
    static PRICES: OnceLock<Prices> = OnceLock::new();
    PRICES.get_or_init(|| {
        let document = Document::parse(include_str!("prices.toml")).ok();
        let item = |key: &str| {
            document
                .as_ref()
                .and_then(|d| d.as_table().get(key).cloned())
        };
        Prices {
            usd_per_gb_second: item("usd_per_gb_second")
                .as_ref()
                .and_then(Item::as_float)
                .unwrap_or(0.0),
            concurrency: item("concurrency")
                .as_ref()
                .and_then(Item::as_integer)
                .and_then(|n| u32::try_from(n).ok())
                .map_or(0.0, f64::from),
            date: item("date")
                .as_ref()
                .and_then(Item::as_str)
                .unwrap_or_default()
                .to_owned(),
        }
    })
}

/// The most that an hour of a function costs, with all the concurrency of an account: `60 USD (prices of 2026-10)`.
pub(crate) fn hour(memory_mb: f64) -> String {
    let prices = prices();
    let usd = prices.usd_per_gb_second * (memory_mb / 1024.0) * 3600.0 * prices.concurrency;
    format!("{usd:.0} USD (prices of {})", prices.date)
}

#[cfg(test)]
mod tests {
    use super::hour;

    #[test]
    fn a_thousand_gigabytes_for_an_hour() {
        assert_eq!(hour(1024.0), "60 USD (prices of 2026-10)");
    }
}
