//! How a running call is woken and ended from another thread.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::PollFd;

use super::event::Event;

/// Wakes one call, which watches it beside its socket.
pub(super) struct Bell {
    event: Event,
    cancelled: AtomicBool,
}

impl Bell {
    pub(super) fn new() -> io::Result<Bell> {
        Ok(Bell { event: Event::new()?, cancelled: AtomicBool::new(false) })
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

    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
        self.ring();
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// The calls that are running.
#[derive(Default)]
pub(super) struct Running(Mutex<Bells>);

#[derive(Default)]
struct Bells {
    in_use: Vec<Arc<Bell>>,
    /// For calls to come.
    idle: Vec<Arc<Bell>>,
}

/// As many as connections are kept.
const MOST_IDLE: usize = 8;

impl Running {
    /// Counts a call in, until the result is dropped. `keeps`: its bell is kept for a next call, as connections are.
    ///
    /// # Errors
    /// The system has no descriptor left.
    pub(super) fn enter(&self, keeps: bool) -> io::Result<Entry<'_>> {
        let idle = if keeps { self.bells().idle.pop() } else { None };
        let bell = match idle {
            Some(bell) => bell,
            None => Arc::new(Bell::new()?),
        };
        self.bells().in_use.push(Arc::clone(&bell));
        Ok(Entry { running: self, bell, keeps })
    }

    /// Closes the bells for calls to come, unless the lock is taken: in a child of fork it may never come free.
    pub(super) fn close_idle(&self) {
        if let Ok(mut bells) = self.0.try_lock() {
            bells.idle.clear();
        }
    }

    /// Ends all calls that are running now.
    pub(super) fn cancel(&self) {
        self.bells().in_use.iter().for_each(|bell| bell.cancel());
    }

    fn bells(&self) -> MutexGuard<'_, Bells> {
        // Whoever panicked did so elsewhere: nothing is done under this lock but to add and to remove.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is running.
pub(super) struct Entry<'a> {
    running: &'a Running,
    bell: Arc<Bell>,
    keeps: bool,
}

impl Entry<'_> {
    pub(super) fn bell(&self) -> &Arc<Bell> {
        &self.bell
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let mut bells = self.running.bells();
        if let Some(at) = bells.in_use.iter().position(|bell| Arc::ptr_eq(bell, &self.bell)) {
            let bell = bells.in_use.swap_remove(at);
            if self.keeps && !bell.is_cancelled() && bells.idle.len() < MOST_IDLE {
                bells.idle.push(bell);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Running;

    #[test]
    fn only_calls_that_run_are_cancelled() {
        let running = Running::default();
        let (first, second) = (running.enter(true).unwrap(), running.enter(true).unwrap());
        drop(first);
        running.cancel();
        assert!(second.bell().is_cancelled());
        let later = running.enter(true).unwrap();
        assert!(!later.bell().is_cancelled());
        drop((second, later));
        assert!(running.bells().in_use.is_empty());
        assert!(running.bells().idle.iter().all(|bell| !bell.is_cancelled()));
    }
}
