//! How long the server asks to wait (RFC 9110, section 10.2.3).

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Concur documents a `Retry-After: 0` on another API; a loop without a pause helps nobody.
const SHORTEST: u64 = 5;
/// A server that asks for weeks is wrong, and an administrator looks in every day.
const LONGEST: u64 = 24 * 60 * 60;

/// Reads Retry-After, clamped to between 5 seconds and a day. A date counts from the answer's own Date, so that neither
/// this machine's clock nor a clock at all is needed.
pub(super) fn asked_pause(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER)?;
    let seconds = match asked.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let until = OffsetDateTime::parse(asked, &Rfc2822).ok()?;
            let from = OffsetDateTime::parse(text(DATE)?, &Rfc2822).ok()?;
            u64::try_from((until - from).whole_seconds()).unwrap_or(0)
        }
    };
    Some(Duration::from_secs(seconds.clamp(SHORTEST, LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::asked_pause;
    use http::HeaderMap;

    #[test]
    fn seconds_and_dates_are_read_and_clamped() {
        let date = "Tue, 24 Nov 2026 06:00:00 GMT";
        for (asked, seconds) in [
            ("120", Some(120)),
            (" 120 ", Some(120)),
            ("0", Some(5)),
            ("99999999", Some(86_400)),
            ("Tue, 24 Nov 2026 06:01:30 GMT", Some(90)),
            ("Mon, 23 Nov 2026 06:01:30 GMT", Some(5)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("date", date.parse().unwrap());
            headers.insert("retry-after", asked.parse().unwrap());
            assert_eq!(asked_pause(&headers).map(|pause| pause.as_secs()), seconds, "{asked}");
        }
        assert_eq!(asked_pause(&HeaderMap::new()), None);
    }

    #[test]
    fn a_date_without_a_date_to_count_from_is_no_pause() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "Tue, 24 Nov 2026 06:01:30 GMT".parse().unwrap());
        assert_eq!(asked_pause(&headers), None);
    }
}
