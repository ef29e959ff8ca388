//! How a running operation is woken and ended from another thread.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::PollFd;

use super::event::Event;

/// Wakes one operation, which watches it beside its socket.
pub(crate) struct Bell {
    event: Event,
    cancelled: Arc<AtomicBool>,
}

impl Bell {
    /// Of no operation, for a test.
    #[cfg(test)]
    pub(crate) fn new() -> io::Result<Bell> {
        Bell::of(Arc::default())
    }

    fn of(cancelled: Arc<AtomicBool>) -> io::Result<Bell> {
        Ok(Bell { event: Event::new()?, cancelled })
    }

    /// Wakes the operation: something that it waits for has come.
    pub(crate) fn ring(&self) {
        self.event.set();
    }

    /// Makes it silent again.
    pub(super) fn hush(&self) {
        self.event.clear();
    }

    /// What a wait watches.
    pub(crate) fn watched(&self) -> PollFd<'_> {
        self.event.watched()
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}

/// What a program holds of a client: the operations that it began with one handle are ended together.
#[derive(Debug, Default)]
pub(crate) struct Handle {
    /// Operations that begin now are cancelled. Set before [`Running`]'s lock is taken and read under it.
    is_closed: AtomicBool,
}

/// The operations that are running, of all handles.
#[derive(Default)]
pub(crate) struct Running(Mutex<Operations>);

#[derive(Default)]
struct Operations {
    active: Vec<Active>,
    /// For operations to come.
    idle: Vec<Arc<Bell>>,
}

/// An operation that has begun. It gets its bell later, because making one is a system call that can fail.
struct Active {
    handle: Arc<Handle>,
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
    /// Counts an operation of `handle` in, until the result is dropped. `keeps`: its bell is kept for a next one, as
    /// connections are.
    pub(crate) fn enter(&self, handle: &Arc<Handle>, keeps: bool) -> Entry<'_> {
        let mut operations = self.operations();
        let bell = if keeps { operations.idle.pop() } else { None };
        let cancelled = bell.as_ref().map(|bell| Arc::clone(&bell.cancelled)).unwrap_or_default();
        let active = Active { handle: Arc::clone(handle), cancelled: Arc::clone(&cancelled), bell };
        if handle.is_closed.load(Ordering::Acquire) {
            active.cancel();
        }
        operations.active.push(active);
        Entry { running: self, cancelled, keeps }
    }

    /// Closes the bells for operations to come, unless the lock is taken: in a child of fork it may never come free.
    pub(crate) fn close_idle(&self) {
        if let Ok(mut operations) = self.0.try_lock() {
            operations.idle.clear();
        }
    }

    /// Ends all operations that are running now, of all handles.
    pub(crate) fn cancel(&self) {
        self.operations().active.iter().for_each(Active::cancel);
    }

    /// Ends the operations of `handle` that are running now, and each that begins later.
    pub(crate) fn close(&self, handle: &Arc<Handle>) {
        handle.is_closed.store(true, Ordering::Release);
        let operations = self.operations();
        operations.active.iter().filter(|active| Arc::ptr_eq(&active.handle, handle)).for_each(Active::cancel);
    }

    fn operations(&self) -> MutexGuard<'_, Operations> {
        // A panic arose elsewhere: under this lock, entries are only added and removed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An operation that is running.
pub(crate) struct Entry<'a> {
    running: &'a Running,
    cancelled: Arc<AtomicBool>,
    keeps: bool,
}

impl Entry<'_> {
    /// The bell of this operation, made when it is asked for first.
    ///
    /// # Errors
    /// The system has no descriptor left.
    pub(crate) fn bell(&self) -> io::Result<Arc<Bell>> {
        if let Some(bell) = self.with(|active| active.bell.clone()).flatten() {
            return Ok(bell);
        }
        let bell = Arc::new(Bell::of(Arc::clone(&self.cancelled))?);
        // Under the lock of `cancel`: either `cancel` finds the bell, or the first wait finds the operation cancelled.
        self.with(|active| active.bell = Some(Arc::clone(&bell)));
        Ok(bell)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Active) -> T) -> Option<T> {
        let mut operations = self.running.operations();
        operations.active.iter_mut().find(|active| Arc::ptr_eq(&active.cancelled, &self.cancelled)).map(change)
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let mut operations = self.running.operations();
        let Some(at) = operations.active.iter().position(|active| Arc::ptr_eq(&active.cancelled, &self.cancelled))
        else {
            return;
        };
        let Active { handle, bell, .. } = operations.active.swap_remove(at);
        if let Some(bell) = bell
            && self.keeps
            && !bell.is_cancelled()
            && operations.idle.len() < MOST_IDLE
        {
            operations.idle.push(bell);
        }
        // Not under the lock, for the memory of the last one is given back.
        drop(operations);
        drop(handle);
    }
}

#[cfg(test)]
mod tests {
    use super::{Handle, Running};
    use std::sync::Arc;

    #[test]
    fn only_operations_that_run_are_cancelled() {
        let (running, handle) = (Running::default(), Arc::default());
        let (first, second) = (running.enter(&handle, true), running.enter(&handle, true));
        let (_, of_second) = (first.bell().unwrap(), second.bell().unwrap());
        drop(first);
        running.cancel();
        assert!(of_second.is_cancelled());
        let later = running.enter(&handle, true);
        assert!(!later.bell().unwrap().is_cancelled());
        drop((second, later));
        assert!(running.operations().active.is_empty());
        assert!(running.operations().idle.iter().all(|bell| !bell.is_cancelled()));
    }

    #[test]
    fn operation_is_cancelled_between_its_entry_and_its_bell() {
        let (running, handle) = (Running::default(), Arc::default());
        let entry = running.enter(&handle, false);
        running.cancel();
        assert!(entry.bell().unwrap().is_cancelled());
        assert!(!running.enter(&handle, false).bell().unwrap().is_cancelled());
    }

    #[test]
    fn closed_handle_ends_its_own_operations_and_all_later_ones() {
        let running = Running::default();
        let [closed, other]: [Arc<Handle>; 2] = Default::default();
        let (of_closed, of_other) = (running.enter(&closed, true), running.enter(&other, true));
        let bells = (of_closed.bell().unwrap(), of_other.bell().unwrap());
        running.close(&closed);
        assert!(bells.0.is_cancelled() && !bells.1.is_cancelled());
        drop((of_closed, of_other));
        for keeps in [true, false, true] {
            assert!(running.enter(&closed, keeps).bell().unwrap().is_cancelled(), "{keeps}");
            assert!(!running.enter(&other, keeps).bell().unwrap().is_cancelled(), "{keeps}");
        }
        running.cancel();
        assert!(!running.enter(&other, true).bell().unwrap().is_cancelled());
        assert!(running.operations().active.is_empty());
    }
}
