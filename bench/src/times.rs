//! The durations of many runs, reduced to three numbers.

use std::time::Duration;

#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) median: Duration,
    pub(crate) p10: Duration,
    pub(crate) p90: Duration,
}

impl Times {
    /// Uses the nearest rank. All values are zero if there are no times.
    pub(crate) fn of(mut times: Vec<Duration>) -> Times {
        times.sort_unstable();
        let at = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100).saturating_sub(1);
            times.get(rank).copied().unwrap_or_default()
        };
        Times { median: at(50), p10: at(10), p90: at(90) }
    }
}

#[cfg(test)]
mod tests {
    use super::Times;
    use std::time::Duration;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let times = Times::of((1..=10).rev().map(Duration::from_millis).collect());
        assert_eq!([times.p10, times.median, times.p90], [1, 5, 9].map(Duration::from_millis));
        let one = Times::of(vec![Duration::from_millis(7)]);
        assert_eq!([one.p10, one.median, one.p90], [7; 3].map(Duration::from_millis));
    }
}
