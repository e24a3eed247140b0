//! Points in time as conditions write them: ISO 8601, or seconds since 1970.

/// The seconds since 1970 of a text, in thousandths.
pub fn instant(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<i64>() {
        return seconds.checked_mul(1000);
    }
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |m| digits(m, 2))?;
    let day = parts.next().map_or(Some(1), |d| digits(d, 2))?;
    let legal = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    if !legal || parts.next().is_some() {
        return None;
    }
    let of_day = time.map_or(Some(0), clock)?;
    Some(days_since_1970(year, month, day) * 86_400_000 + of_day)
}

/// Thousandths of a second since midnight of `hh:mm`, `hh:mm:ss` or `hh:mm:ss.s`, with its zone.
fn clock(text: &str) -> Option<i64> {
    let (time, zone) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, "Z"),
    };
    let mut parts = time.split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let (second, thousandths) = match parts.next() {
        Some(seconds) => match seconds.split_once('.') {
            Some((whole, part)) => (digits(whole, 2)?, thousandths(part)?),
            None => (digits(seconds, 2)?, 0),
        },
        None => (0, 0),
    };
    if hour > 24 || minute > 59 || second > 60 || parts.next().is_some() {
        return None;
    }
    let east = offset(zone)?;
    Some(((hour * 60 + minute - east) * 60 + second) * 1000 + thousandths)
}

/// Minutes east of Greenwich.
fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits_of = zone.get(1..)?.replace(':', "");
    let number = digits(&digits_of, 4)?;
    Some(sign * (number / 100 * 60 + number % 100))
}

fn thousandths(part: &str) -> Option<i64> {
    if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let padded: String = part.chars().chain("000".chars()).take(3).collect();
    padded.parse().ok()
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let plain = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // Leap days before a year of the Gregorian calendar.
    let before = |year: i64| {
        let y = year - 1;
        y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)
    };
    let years = (year - 1970) * 365 + before(year) - before(1970);
    let months: i64 = (1..month).map(|m| days_of(year, m)).sum();
    years + months + day - 1
}
