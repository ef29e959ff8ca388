//! The times in HTTP headers (RFC 9110, section 5.6.7), in Unix seconds.

use std::time::SystemTime;

use http::HeaderMap;
use http::header::DATE;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Parses a date of a header, such as `Tue, 24 Nov 2026 06:00:00 GMT`.
pub(super) fn read(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text, &Rfc2822).ok().map(OffsetDateTime::unix_timestamp)
}

/// Returns the time at which the server sent a response: its Date, because this machine's clock may be wrong. Without a
/// Date, it is the time of this machine at which the response was received, `came`.
pub(crate) fn server_time(headers: &HeaderMap, came: SystemTime) -> i64 {
    let date = headers.get(DATE).and_then(|date| date.to_str().ok()).and_then(|date| read(date.trim()));
    date.unwrap_or_else(|| {
        let since = came.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
