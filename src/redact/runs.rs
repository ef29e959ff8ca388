//! Finds runs of characters of some texts in another text, in linear time: each run is one number.

use crate::wipe::WipedVec;

/// All runs of one length in some texts.
pub(crate) struct Runs {
    length: usize,
    /// Sorted.
    keys: WipedVec<u128>,
}

impl Runs {
    /// Collects the runs of `length` characters in `texts`.
    pub(crate) fn of<'a>(length: usize, texts: impl Iterator<Item = &'a str> + Clone) -> Runs {
        let count = texts.clone().map(|text| (text.chars().count() + 1).saturating_sub(length)).sum();
        let mut keys = WipedVec::with_capacity(count);
        for text in texts {
            let mut window = Window::new(length);
            keys.extend(text.chars().filter_map(|c| window.push(c)));
        }
        keys.sort_unstable();
        keys.dedup();
        Runs { length, keys }
    }

    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Whether `text` contains one of the runs.
    pub(super) fn are_in(&self, text: &str) -> bool {
        let mut window = Window::new(self.length);
        text.chars().filter_map(|c| window.push(c)).any(|key| self.keys.binary_search(&key).is_ok())
    }
}

/// The last characters of a text as one number.
struct Window {
    missing: usize,
    bits: usize,
    mask: u128,
    key: u128,
}

impl Window {
    fn new(length: usize) -> Window {
        let bits = 128 / length.max(1);
        Window { missing: length, bits, mask: u128::MAX >> (128 - bits * length.max(1)), key: 0 }
    }

    /// Adds a character. Returns the number of the last characters, if there are enough.
    fn push(&mut self, c: char) -> Option<u128> {
        #[cfg(test)]
        steps::STEPS.set(steps::STEPS.get() + 1);
        // A run of up to six characters has 21 bits for each. Longer runs are ASCII; a larger character is in none of
        // them.
        let largest = (1_u128 << self.bits) - 1;
        self.key = (self.key << self.bits | u128::from(c).min(largest)) & self.mask;
        self.missing = self.missing.saturating_sub(1);
        (self.missing == 0).then_some(self.key)
    }
}

/// Counts the characters that were read. Only tests use it.
#[cfg(test)]
pub(crate) mod steps {
    use std::cell::Cell;

    thread_local! {
        pub(in super::super) static STEPS: Cell<u64> = const { Cell::new(0) };
    }
}

#[cfg(test)]
mod tests {
    use super::Runs;
    use proptest::prelude::*;

    #[test]
    fn run_is_found_at_every_position() {
        let runs = Runs::of(6, ["Travel&Expense", "東京タワー2012", "short"].into_iter());
        for (text, found) in [
            ("Travel", true),
            ("xxTravelxx", true),
            ("pense", false),
            ("xpense", true),
            ("Trave1&Expen5e", true),
            ("Trave1&Exp3nse", false),
            ("京タワー20", true),
            ("short", false),
            ("", false),
        ] {
            assert_eq!(runs.are_in(text), found, "{text}");
        }
        assert!(!Runs::of(4, std::iter::empty()).are_in("anything"));
    }

    proptest! {
        #[test]
        fn runs_are_the_same_as_by_comparing_all(
            length in prop::sample::select(vec![4_usize, 5, 6, 8, 10, 12]), text in "[ab\u{10ffff}]{0,40}", pattern in "[ab]{0,16}",
        ) {
            let pattern: Vec<char> = pattern.chars().collect();
            let all: Vec<char> = text.chars().collect();
            let expected = pattern.windows(length).any(|run| all.windows(length).any(|other| other == run));
            let pattern: String = pattern.into_iter().collect();
            prop_assert_eq!(Runs::of(length, [pattern.as_str()].into_iter()).are_in(&text), expected);
        }
    }
}
