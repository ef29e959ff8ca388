//! `M/D/YYYY h:mm:ss AM|PM` in UTC, as Unix seconds.

use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const FORMAT: &[BorrowedFormatItem<'static>] = format_description!(
    version = 2,
    "[month padding:none]/[day padding:none]/[year] [hour repr:12 padding:none]:[minute]:[second] [period]"
);

/// Reads an expiry; `None` when it cannot be read beyond doubt.
///
/// Month, day and hour may be padded or not, blanks may be any Unicode space (newer .NET writes U+202F before AM/PM) and
/// AM/PM may be of any case. 12 AM is midnight, 12 PM is noon. Nothing before 1970 is an expiry.
pub(super) fn unix_seconds(text: &str) -> Option<i64> {
    // The date crate takes one blank and upper case only.
    // And a sign before the year, which no date has here.
    if text.contains(['+', '-']) {
        return None;
    }
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase();
    let seconds = PrimitiveDateTime::parse(&plain, FORMAT).ok()?.assume_utc().unix_timestamp();
    (seconds >= 0).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::unix_seconds;
    use proptest::prelude::*;
    use time::{Duration, OffsetDateTime};

    #[test]
    fn dates_that_concur_has_sent() {
        // Checked with `date -u -d '2015-05-07 22:17:14' +%s` and so on.
        for (text, seconds) in [
            ("5/7/2015 10:17:14 PM", 1_431_037_034),
            ("7/17/2016 9:59:11 PM", 1_468_792_751),
            ("9/19/2015 1:32:44 AM", 1_442_626_364),
            ("1/13/2017 5:02:12 PM", 1_484_326_932),
            ("3/30/2013 2:19:10 PM", 1_364_653_150),
            ("6/1/2014 8:00:00 AM", 1_401_609_600),
        ] {
            assert_eq!(unix_seconds(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn midnight_noon_and_odd_spellings() {
        let day = 2_051_222_400; // 2035-01-01
        for (text, seconds) in [
            ("1/1/2035 12:00:00 AM", day),
            ("1/1/2035 12:00:00 PM", day + 43_200),
            ("01/01/2035 08:00:00 am", day + 28_800),
            ("1/1/2035 8:00:00\u{202f}Am", day + 28_800),
            ("\u{a0}1/1/2035  12:59:59 pm ", day + 46_799),
            ("2/29/2036 1:00:00 AM", 2_087_859_600),
        ] {
            assert_eq!(unix_seconds(text), Some(seconds), "{text:?}");
        }
    }

    #[test]
    fn a_date_that_is_in_doubt_is_unknown() {
        for text in [
            "",
            "soon",
            "1/1/2035",
            "1/1/2035 8:00:00",
            "13/1/2035 8:00:00 AM",
            "2/29/2035 8:00:00 AM",
            "1/1/2035 0:00:00 AM",
            "1/1/2035 13:00:00 PM",
            "1/1/2035 8:00:60 AM",
            "1/1/35 8:00:00 AM",
            "2035-01-01T08:00:00Z",
            "1/1/2035 8:00:00 AMX",
            "1/1/1969 8:00:00 AM",
            "-1/1/2035 8:00:00 AM",
            "1/1/+2035 8:00:00 AM",
        ] {
            assert_eq!(unix_seconds(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_second_until_9999_survives(seconds in 0..253_402_300_800_i64) {
            let when = OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds);
            let (hour, period) = (when.hour() % 12, if when.hour() < 12 { "AM" } else { "PM" });
            let text = format!(
                "{}/{}/{} {}:{:02}:{:02} {period}",
                u8::from(when.month()), when.day(), when.year(), if hour == 0 { 12 } else { hour },
                when.minute(), when.second()
            );
            prop_assert_eq!(unix_seconds(&text), Some(seconds));
        }

        #[test]
        fn no_text_breaks_it(text in "\\PC{0,40}") {
            let _ = unix_seconds(&text);
        }
    }
}
