//! Parses `M/D/YYYY h:mm:ss AM|PM` in UTC, or ISO 8601 with its offset, as Unix seconds.
//!
//! This is an own parser because the date crate's interpreter of format descriptions takes 25 KB.

use time::{Date, PrimitiveDateTime, Time};

/// Parses an expiry. Returns `None` if the date is missing, invalid or ambiguous.
///
/// Month, day and hour may be padded. Spaces may be any Unicode space (newer .NET writes U+202F before AM/PM). AM/PM
/// may be of any case. 12 AM is midnight, 12 PM is noon. Seconds are optional. A date before 1970 is not an expiry.
pub(super) fn unix_seconds(text: &str) -> Option<i64> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let seconds = Reader(&line).month_first().or_else(|| Reader(&line).iso_8601())?;
    (seconds >= 0).then_some(seconds)
}

/// Reads parts from the start of a text and removes them.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// Parses `4/29/2019 9:55:41 AM`, with an optional offset, as .NET writes a `DateTimeOffset`.
    fn month_first(mut self) -> Option<i64> {
        let month = self.digits(1, 2)?;
        let day = self.after("/")?.digits(1, 2)?;
        let year = self.after("/")?.digits(4, 4)?;
        let hour = self.after(" ")?.number(1, 2)?;
        let (minute, second) = self.minute_and_second()?;
        let period = self.after(" ")?.0.split_at_checked(2)?.0;
        let noon = if period.eq_ignore_ascii_case("PM") { 12 } else { 0 };
        self.after_ignoring_case(if noon == 0 { "AM" } else { "PM" })?;
        let offset = if self.0.is_empty() { 0 } else { self.after(" ")?.offset()? };
        if !(1..=12).contains(&hour) || may_be_day_first(month, day, period) {
            return None;
        }
        let time = Time::from_hms(hour % 12 + noon, minute, second).ok()?;
        self.at_end(seconds(year, month, day, time)? - offset)
    }

    /// Parses `2019-04-29T09:55:41Z`. Without an offset it would be ambiguous.
    fn iso_8601(mut self) -> Option<i64> {
        let year = self.digits(4, 4)?;
        let month = self.after("-")?.digits(2, 2)?;
        let day = self.after("-")?.digits(2, 2)?;
        let hour = match self.after(" ") {
            Some(rest) => rest.number(2, 2)?,
            None => self.after_ignoring_case("T")?.number(2, 2)?,
        };
        let (minute, second) = self.minute_and_second()?;
        if self.after(".").is_some() {
            self.digits(1, 9)?;
        }
        let offset = if self.after_ignoring_case("Z").is_some() { 0 } else { self.offset()? };
        let time = Time::from_hms(hour, minute, second).ok()?;
        self.at_end(seconds(year, month, day, time)? - offset)
    }

    fn minute_and_second(&mut self) -> Option<(u8, u8)> {
        let minute = self.after(":")?.number(2, 2)?;
        let second = if self.after(":").is_some() { self.number(2, 2)? } else { 0 };
        Some((minute, second))
    }

    /// Parses `+02:00`, `+0200` or `+02`, in seconds.
    fn offset(&mut self) -> Option<i64> {
        let sign = if self.after("-").is_some() { -1 } else { self.after("+").map(|_| 1)? };
        let hours = self.number(2, 2)?;
        let minutes = if self.after(":").is_some() || !self.0.is_empty() { self.number(2, 2)? } else { 0 };
        let offset = Time::from_hms(hours, minutes, 0).ok()?.duration_since(Time::MIDNIGHT);
        Some(sign * offset.whole_seconds())
    }

    /// Reads all digits at the start; their number must be from `least` to `most`.
    fn digits(&mut self, least: usize, most: usize) -> Option<&'a str> {
        let count = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        (count >= least).then_some(digits)
    }

    fn number(&mut self, least: usize, most: usize) -> Option<u8> {
        self.digits(least, most)?.parse().ok()
    }

    /// Skips `text` and returns itself.
    fn after(&mut self, text: &str) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(text)?;
        Some(self)
    }

    /// Skips `text`, whatever its case, and returns itself.
    fn after_ignoring_case(&mut self, text: &str) -> Option<&mut Self> {
        let (start, rest) = self.0.split_at_checked(text.len())?;
        if !start.eq_ignore_ascii_case(text) {
            return None;
        }
        self.0 = rest;
        Some(self)
    }

    /// Returns `value` if nothing follows.
    fn at_end(&self, value: i64) -> Option<i64> {
        self.0.is_empty().then_some(value)
    }
}

fn seconds(year: &str, month: &str, day: &str, time: Time) -> Option<i64> {
    let month = month.parse::<u8>().ok()?.try_into().ok()?;
    let date = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp())
}

/// Whether a culture with the day first may have written `month/day` and `period`, and means another date.
///
/// No .NET culture with the month first writes am/pm in lower case, or pads only one of month and day.
fn may_be_day_first(month: &str, day: &str, period: &str) -> bool {
    let numbers = [month, day];
    let is_one_padded = numbers.iter().any(|number| number.starts_with('0')) && numbers.iter().any(|n| n.len() == 1);
    let is_of_other_culture = is_one_padded || period.contains(|c: char| c.is_ascii_lowercase());
    let [month, day] = numbers.map(|number| number.parse::<u8>().unwrap_or_default());
    is_of_other_culture && day <= 12 && day != month
}

#[cfg(test)]
mod tests {
    use super::unix_seconds;
    use proptest::prelude::*;
    use time::{Duration, OffsetDateTime};

    #[test]
    fn date_from_concur_is_parsed() {
        // Checked with `date -u -d '2015-05-07 22:17:14' +%s` and similar commands.
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
    fn midnight_noon_and_unusual_forms_are_parsed() {
        let day = 2_051_222_400; // 2035-01-01
        for (text, seconds) in [
            ("1/1/2035 12:00:00 AM", day),
            ("1/1/2035 12:00:00 PM", day + 43_200),
            ("01/01/2035 08:00:00 am", day + 28_800),
            ("01/1/2035 8:00:00 AM", day + 28_800),
            ("1/1/2035 8:00 AM", day + 28_800),
            ("1/1/2035 8:00:00\u{202f}Am", day + 28_800),
            ("\u{a0}1/1/2035  12:59:59 pm ", day + 46_799),
            ("2/29/2036 1:00:00 AM", 2_087_859_600),
        ] {
            assert_eq!(unix_seconds(text), Some(seconds), "{text:?}");
        }
    }

    #[test]
    fn ambiguous_date_is_unknown() {
        for text in [
            "",
            "soon",
            "1/1/2035",
            "1/1/2035 8:00:00",
            "1/1/2035 8 AM",
            "1/1/2035 8:00: AM",
            "13/1/2035 8:00:00 AM",
            "2/29/2035 8:00:00 AM",
            "1/1/2035 0:00:00 AM",
            "1/1/2035 13:00:00 PM",
            "1/1/2035 8:00:60 AM",
            "1/1/35 8:00:00 AM",
            "1/1/2035 8:00:00 AM +00:0",
            "1/1/2035 8:00:00 AM 00:00",
            "1/1/2035 8:00:00 AM Z",
            "2035-01-01",
            "2035-01-01T08:00:00",
            "2035-01-01T08:00:00ZZ",
            "2035-01-01T08:00:00+",
            "2035-01-01T08Z",
            "2035-13-01T08:00:00Z",
            "2035-1-1T08:00:00Z",
            "2035-01-01T24:00:00Z",
            "+2035-01-01T08:00:00Z",
            "-2035-01-01T08:00:00Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+00:01",
            "1/1/2035 8:00:00 AMX",
            "1/1/1969 8:00:00 AM",
            "-1/1/2035 8:00:00 AM",
            "1/1/+2035 8:00:00 AM",
        ] {
            assert_eq!(unix_seconds(text), None, "{text:?}");
        }
    }

    #[test]
    fn date_with_an_offset_or_without_seconds_is_parsed() {
        // Checked with `date -u -d '2019-04-29 09:55:41' +%s`.
        let when = 1_556_531_741;
        for (text, seconds) in [
            ("4/29/2019 9:55:41 AM +00:00", when),
            ("04/29/2019 09:55:41 am -00:00", when),
            ("4/29/2019 11:55:41 AM +02:00", when),
            ("4/29/2019 4:25:41\u{202f}AM  -05:30", when),
            ("4/29/2019 9:55 AM", when - 41),
            ("4/29/2019 9:55 AM +00:00", when - 41),
            ("2019-04-29T09:55:41Z", when),
            ("2019-04-29t09:55:41z", when),
            ("2019-04-29 09:55:41Z", when),
            ("2019-04-29T09:55:41.1234567Z", when),
            ("2019-04-29T09:55:41.9+00:00", when),
            ("2019-04-29T09:55Z", when - 41),
            ("2019-04-29T11:55:41+02:00", when),
            ("2019-04-29T11:55:41+0200", when),
            ("2019-04-29T11:55:41+02", when),
            ("2019-04-29T04:25-05:30", when - 41),
            ("1970-01-01T00:00:00Z", 0),
        ] {
            assert_eq!(unix_seconds(text), Some(seconds), "{text:?}");
        }
    }

    #[test]
    fn date_in_day_first_form_is_unknown_unless_both_readings_agree() {
        for (text, is_known) in [
            ("5/7/2015 10:17:14 PM", true),
            ("05/07/2015 10:17:14 PM", true),
            ("05/10/2015 10:17:14 PM", true),
            ("5/10/2015 10:17:14 PM", true),
            ("10/5/2015 10:17:14 PM", true),
            ("5/7/2015 10:17:14 pm", false),
            ("5/12/2015 10:17:14 Pm", false),
            ("5/7/2015 10:17 pm", false),
            ("5/7/2015 10:17:14 pm +00:00", false),
            ("05/7/2015 10:17:14 PM", false),
            ("5/07/2015 10:17:14 PM", false),
            ("5/07/2015 10:17:14 PM +00:00", false),
            // The second number is no month, or both readings are the same date.
            ("5/13/2015 10:17:14 pm", true),
            ("05/31/2015 10:17:14 pm", true),
            ("5/5/2015 10:17:14 pm", true),
            ("05/5/2015 10:17:14 PM", true),
        ] {
            assert_eq!(unix_seconds(text).is_some(), is_known, "{text:?}");
        }
    }

    #[test]
    fn date_of_a_day_first_culture_is_never_wrong() {
        const EITHER: [bool; 2] = [false, true];
        let orders = EITHER.iter().flat_map(|first| EITHER.iter().map(move |day| (*first, *day)));
        let forms = orders.flat_map(|(first, day)| EITHER.iter().map(move |month| (first, day, *month)));
        let cultures = forms.flat_map(|(first, day, month)| ["AM", "am"].map(|period| (first, day, month, period)));
        let midnight = 2_082_758_400; // 2036-01-01, in a leap year
        for (day_first, day_padded, month_padded, period) in cultures {
            for seconds in (0..366).map(|day| midnight + day * 86_400) {
                let when = OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds);
                let number = |number: u8, padded| if padded { format!("{number:02}") } else { number.to_string() };
                let (day, month) = (when.day(), u8::from(when.month()));
                let (first, second) = match day_first {
                    true => (number(day, day_padded), number(month, month_padded)),
                    false => (number(month, month_padded), number(day, day_padded)),
                };
                let text = format!("{first}/{second}/2036 12:00:00 {period}");
                let read = unix_seconds(&text);
                // `1/10` does not show whether the 1 or the 10 is padded.
                let shows_padding = day < 10 && month < 10 && day_padded != month_padded;
                match day_first {
                    false if period == "AM" && day_padded == month_padded => assert_eq!(read, Some(seconds), "{text}"),
                    true if period == "AM" && !shows_padding => {}
                    _ => assert!(read.is_none_or(|read| read == seconds), "{text}"),
                }
            }
        }
    }

    proptest! {
        #[test]
        fn date_until_9999_is_unchanged(seconds in 0..253_402_300_800_i64) {
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
        fn parser_never_panics(text in "\\PC{0,40}") {
            let _ = unix_seconds(&text);
        }
    }
}
