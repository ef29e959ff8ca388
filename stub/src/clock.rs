//! The clock of a stub, and dates as Concur and HTTP write them.

use std::sync::atomic::{AtomicI64, Ordering};

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

/// RFC 9110, section 5.6.7: the one form that a server may send.
const HTTP: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
/// Concur: `M/D/YYYY h:mm:ss AM|PM`, UTC. Only minutes and seconds are padded.
const EXPIRY: &[BorrowedFormatItem<'_>] = format_description!(
    "[month padding:none]/[day padding:none]/[year] [hour repr:12 padding:none]:[minute]:[second] [period]"
);
const SERVER_TIME: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");

/// Lifetime of a token of the OAuth 2.0 service.
pub(crate) const ACCESS_LIFETIME: Duration = Duration::hours(1);
/// Six months.
pub(crate) const REFRESH_LIFETIME: Duration = Duration::days(182);

/// Lifetime of a company's request token.
pub(crate) const REQUEST_TOKEN_LIFETIME: Duration = Duration::hours(24);

/// The system's clock, moved forward.
#[derive(Default)]
pub(crate) struct Clock {
    seconds_ahead: AtomicI64,
}

impl Clock {
    pub(crate) fn now(&self) -> OffsetDateTime {
        let now = OffsetDateTime::now_utc();
        // Dates end in the year 9999.
        now.checked_add(Duration::seconds(self.seconds_ahead.load(Ordering::Relaxed))).unwrap_or(now)
    }

    pub(crate) fn advance(&self, seconds: u32) {
        self.seconds_ahead.fetch_add(i64::from(seconds), Ordering::Relaxed);
    }
}

pub(crate) fn http_date(at: OffsetDateTime) -> String {
    at.format(HTTP).unwrap_or_default()
}

/// Returns the end of a token of the Native Flow that is created now: a year from now.
pub(crate) fn year_from(now: OffsetDateTime) -> OffsetDateTime {
    // 29 February has no anniversary.
    now.replace_year(now.year() + 1).unwrap_or(now + Duration::days(365))
}

pub(crate) fn expiry(ends: OffsetDateTime) -> String {
    ends.format(EXPIRY).unwrap_or_default()
}

/// `Server-Time` is in the server's time zone, which is not named. Here it is seven hours behind UTC, so that a client
/// that reads it as UTC fails a test.
pub(crate) fn server_time(now: OffsetDateTime) -> String {
    (now - Duration::hours(7)).format(SERVER_TIME).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn dates_have_the_documented_forms() {
        assert_eq!(http_date(datetime!(1994-11-06 08:49:37 UTC)), "Sun, 06 Nov 1994 08:49:37 GMT");
        for (now, text) in [
            (datetime!(2013-06-01 08:00:00 UTC), "6/1/2014 8:00:00 AM"),
            (datetime!(2014-12-31 00:05:09 UTC), "12/31/2015 12:05:09 AM"),
            (datetime!(2014-12-31 12:05:09 UTC), "12/31/2015 12:05:09 PM"),
            (datetime!(2024-02-29 13:00:00 UTC), "2/28/2025 1:00:00 PM"),
        ] {
            assert_eq!(expiry(year_from(now)), text);
        }
        assert_eq!(server_time(datetime!(2014-01-01 01:02:03 UTC)), "2013-12-31T18:02:03");
    }

    #[test]
    fn clock_is_moved_forward() {
        let clock = Clock::default();
        clock.advance(3000);
        clock.advance(600);
        let ahead = clock.now() - OffsetDateTime::now_utc();
        assert!((3590..=3600).contains(&ahead.whole_seconds()), "{ahead}");
    }
}
