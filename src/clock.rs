//! The monotonic clock that goes on while the machine sleeps, where the system has one.

use std::time::Duration;

/// A moment of the monotonic clock of this process, in milliseconds since an arbitrary start. No change of the wall
/// clock affects it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticks(u64);

impl Ticks {
    /// Later than every moment.
    pub(crate) const NEVER: Ticks = Ticks(u64::MAX);

    /// Returns the current moment. Linux answers without a system call.
    pub(crate) fn now() -> Ticks {
        Ticks::default().after(since_start())
    }

    /// Returns the moment that is `span` later. A part of a millisecond is left out, so that a lifetime never grows.
    pub(crate) fn after(self, span: Duration) -> Ticks {
        Ticks(self.0.saturating_add(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)))
    }

    /// Returns the time from `earlier` to this moment; zero if `earlier` is later.
    pub(crate) fn since(self, earlier: Ticks) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// Linux: `CLOCK_MONOTONIC` stops while the machine sleeps, `CLOCK_BOOTTIME` does not. macOS: `CLOCK_MONOTONIC` does
/// not stop.
#[cfg(unix)]
fn since_start() -> Duration {
    use nix::time::{ClockId, clock_gettime};
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let clock = ClockId::CLOCK_BOOTTIME;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let clock = ClockId::CLOCK_MONOTONIC;
    // Every supported system has the clock.
    clock_gettime(clock).map_or(Duration::ZERO, Duration::from)
}

/// Windows: `Instant` does not stop while the machine sleeps.
#[cfg(not(unix))]
fn since_start() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

#[cfg(test)]
mod tests {
    use super::Ticks;
    use std::time::Duration;

    #[test]
    fn clock_goes_forward() {
        let first = Ticks::now();
        let second = Ticks::now();
        assert!(first <= second && second.since(first) < Duration::from_secs(600));
        let end = std::time::Instant::now() + Duration::from_secs(10);
        while Ticks::now() == second {
            assert!(std::time::Instant::now() < end, "the clock does not move");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn clock_counts_the_sleep_of_the_machine() {
        let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
        let uptime: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
        // /proc/uptime shows CLOCK_BOOTTIME.
        let ours = Ticks::now().since(Ticks::default()).as_secs_f64();
        assert!((ours - uptime).abs() < 60.0, "{ours} {uptime}");
    }

    #[test]
    fn arithmetic_saturates() {
        let start = Ticks::default();
        let end = start.after(Duration::MAX);
        assert_eq!(end.after(Duration::from_secs(1)), end);
        assert_eq!(start.since(end), Duration::ZERO);
        assert_eq!(start.after(Duration::from_micros(1_999)).since(start), Duration::from_millis(1));
    }
}
