//! How a running call is woken and ended from another thread.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::PollFd;

use super::event::Event;

/// Wakes one call, which watches it beside its socket.
pub(super) struct Bell {
    event: Event,
    cancelled: Arc<AtomicBool>,
}

impl Bell {
    pub(super) fn new() -> io::Result<Bell> {
        Bell::of(Arc::default())
    }

    fn of(cancelled: Arc<AtomicBool>) -> io::Result<Bell> {
        Ok(Bell { event: Event::new()?, cancelled })
    }

    /// Wakes the call: something that it waits for has come.
    pub(super) fn ring(&self) {
        self.event.set();
    }

    /// Makes it silent again.
    pub(super) fn hush(&self) {
        self.event.clear();
    }

    /// What a wait watches.
    pub(super) fn watched(&self) -> PollFd<'_> {
        self.event.watched()
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}

/// The calls that are running.
#[derive(Default)]
pub(super) struct Running(Mutex<Calls>);

#[derive(Default)]
struct Calls {
    /// Calls that enter now are cancelled.
    is_closed: bool,
    active: Vec<Active>,
    /// For calls to come.
    idle: Vec<Arc<Bell>>,
}

/// A call that has entered. It gets its bell later, because making one is a system call that can fail.
struct Active {
    cancelled: Arc<AtomicBool>,
    bell: Option<Arc<Bell>>,
}

impl Active {
    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        if let Some(bell) = &self.bell {
            bell.ring();
        }
    }
}

/// As many as connections are kept.
const MOST_IDLE: usize = 8;

impl Running {
    /// Counts a call in, until the result is dropped. `keeps`: its bell is kept for a next call, as connections are.
    pub(super) fn enter(&self, keeps: bool) -> Entry<'_> {
        let mut calls = self.calls();
        let bell = if keeps { calls.idle.pop() } else { None };
        let cancelled = bell.as_ref().map(|bell| Arc::clone(&bell.cancelled)).unwrap_or_default();
        let active = Active { cancelled: Arc::clone(&cancelled), bell };
        if calls.is_closed {
            active.cancel();
        }
        calls.active.push(active);
        Entry { running: self, cancelled, keeps }
    }

    /// Closes the bells for calls to come, unless the lock is taken: in a child of fork it may never come free.
    pub(super) fn close_idle(&self) {
        if let Ok(mut bells) = self.0.try_lock() {
            bells.idle.clear();
        }
    }

    /// Ends all calls that are running now.
    pub(super) fn cancel(&self) {
        self.calls().active.iter().for_each(Active::cancel);
    }

    /// Ends all calls that are running now, and each that enters later.
    pub(super) fn close(&self) {
        let mut calls = self.calls();
        calls.is_closed = true;
        calls.active.iter().for_each(Active::cancel);
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        // A panic arose elsewhere: under this lock, entries are only added and removed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is running.
pub(crate) struct Entry<'a> {
    running: &'a Running,
    cancelled: Arc<AtomicBool>,
    keeps: bool,
}

impl Entry<'_> {
    /// The bell of this call, made when it is asked for first.
    ///
    /// # Errors
    /// The system has no descriptor left.
    pub(super) fn bell(&self) -> io::Result<Arc<Bell>> {
        if let Some(bell) = self.with(|active| active.bell.clone()).flatten() {
            return Ok(bell);
        }
        let bell = Arc::new(Bell::of(Arc::clone(&self.cancelled))?);
        // Under the lock of `cancel`: either `cancel` finds the bell, or the first wait finds the call cancelled.
        self.with(|active| active.bell = Some(Arc::clone(&bell)));
        Ok(bell)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Active) -> T) -> Option<T> {
        let mut calls = self.running.calls();
        calls.active.iter_mut().find(|active| Arc::ptr_eq(&active.cancelled, &self.cancelled)).map(change)
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let mut calls = self.running.calls();
        if let Some(at) = calls.active.iter().position(|active| Arc::ptr_eq(&active.cancelled, &self.cancelled))
            && let Some(bell) = calls.active.swap_remove(at).bell
            && self.keeps
            && !bell.is_cancelled()
            && calls.idle.len() < MOST_IDLE
        {
            calls.idle.push(bell);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Running;

    #[test]
    fn only_calls_that_run_are_cancelled() {
        let running = Running::default();
        let (first, second) = (running.enter(true), running.enter(true));
        let (_, of_second) = (first.bell().unwrap(), second.bell().unwrap());
        drop(first);
        running.cancel();
        assert!(of_second.is_cancelled());
        let later = running.enter(true);
        assert!(!later.bell().unwrap().is_cancelled());
        drop((second, later));
        assert!(running.calls().active.is_empty());
        assert!(running.calls().idle.iter().all(|bell| !bell.is_cancelled()));
    }

    #[test]
    fn a_call_is_cancelled_between_its_entry_and_its_bell() {
        let running = Running::default();
        let entry = running.enter(false);
        running.cancel();
        assert!(entry.bell().unwrap().is_cancelled());
        assert!(!running.enter(false).bell().unwrap().is_cancelled());
    }

    #[test]
    fn a_call_that_enters_after_the_end_is_cancelled() {
        let running = Running::default();
        drop(running.enter(true).bell().unwrap());
        running.close();
        for keeps in [true, false, true] {
            assert!(running.enter(keeps).bell().unwrap().is_cancelled(), "{keeps}");
        }
        assert!(running.calls().active.is_empty());
    }
}
