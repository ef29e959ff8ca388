//! The pause that the server requests (RFC 9110, section 10.2.3).

use std::time::{Duration, SystemTime};

use super::date::{read, server_time};
use http::HeaderMap;
use http::header::RETRY_AFTER;

/// Concur documents a `Retry-After: 0` on another API. A loop without a pause does not help.
const MIN_PAUSE: u64 = 5;
/// A server that requests weeks is wrong, and an administrator checks every day.
const MAX_PAUSE: u64 = 24 * 60 * 60;

/// Parses Retry-After of a response that was received at `came`, limited to between 5 seconds and a day. A date is
/// relative to the response's own Date, because this machine's clock may be wrong; without a Date, it is relative to
/// that clock.
pub(crate) fn requested_pause(headers: &HeaderMap, came: SystemTime) -> Option<Duration> {
    let asked = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = match asked.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let from = server_time(headers, came);
            u64::try_from(read(asked)? - from).unwrap_or(0)
        }
    };
    Some(Duration::from_secs(seconds.clamp(MIN_PAUSE, MAX_PAUSE)))
}

#[cfg(test)]
mod tests {
    use super::requested_pause;
    use http::HeaderMap;
    use std::time::{Duration, SystemTime};

    /// Tue, 24 Nov 2026 06:00:00 GMT.
    fn six_o_clock() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_500_000)
    }

    fn pause(asked: &str, date: Option<&str>, came: SystemTime) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", asked.parse().unwrap());
        if let Some(date) = date {
            headers.insert("date", date.parse().unwrap());
        }
        requested_pause(&headers, came).map(|pause| pause.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_parsed_and_limited() {
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
            // This machine's clock is not used if the response has a Date.
            let date = Some("Tue, 24 Nov 2026 06:00:00 GMT");
            assert_eq!(pause(asked, date, SystemTime::UNIX_EPOCH), seconds, "{asked}");
            assert_eq!(pause(asked, None, six_o_clock()), seconds, "{asked}");
            assert_eq!(pause(asked, Some("today"), six_o_clock()), seconds, "{asked}");
        }
        assert_eq!(requested_pause(&HeaderMap::new(), six_o_clock()), None);
    }
}
