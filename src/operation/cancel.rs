//! How a running operation is woken and ended from another thread.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::PollFd;

use super::event::Event;

/// Wakes one operation, which watches it beside its socket.
pub(crate) struct Waker {
    event: Event,
    cancelled: Arc<AtomicBool>,
}

impl Waker {
    /// Of no operation, for a test.
    #[cfg(test)]
    pub(crate) fn new() -> io::Result<Waker> {
        Waker::of(Arc::default())
    }

    fn of(cancelled: Arc<AtomicBool>) -> io::Result<Waker> {
        Ok(Waker { event: Event::new()?, cancelled })
    }

    /// Wakes the operation: something that it waits for has come.
    pub(crate) fn wake(&self) {
        self.event.set();
    }

    /// Makes it silent again.
    pub(super) fn reset(&self) {
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
    /// Operations that begin now are cancelled. Set before [`ActiveOperations`]'s lock is taken and read under it.
    is_closed: AtomicBool,
}

/// The operations that are running, of all handles.
#[derive(Default)]
pub(crate) struct ActiveOperations(Mutex<Registry>);

#[derive(Default)]
struct Registry {
    active: Vec<Registered>,
    /// For operations to come.
    idle: Vec<Arc<Waker>>,
}

/// An operation that has begun. It gets its waker later, because making one is a system call that can fail.
struct Registered {
    handle: Arc<Handle>,
    cancelled: Arc<AtomicBool>,
    waker: Option<Arc<Waker>>,
}

impl Registered {
    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        if let Some(waker) = &self.waker {
            waker.wake();
        }
    }
}

/// As many as connections are kept.
const MAX_IDLE: usize = 8;

impl ActiveOperations {
    /// Counts an operation of `handle` in, until the result is dropped. `keeps`: its waker is kept for a next one, as
    /// connections are.
    pub(crate) fn enter(&self, handle: &Arc<Handle>, keeps: bool) -> ActiveOperation<'_> {
        let mut registry = self.registry();
        let waker = if keeps { registry.idle.pop() } else { None };
        let cancelled = waker.as_ref().map(|waker| Arc::clone(&waker.cancelled)).unwrap_or_default();
        let active = Registered { handle: Arc::clone(handle), cancelled: Arc::clone(&cancelled), waker };
        if handle.is_closed.load(Ordering::Acquire) {
            active.cancel();
        }
        registry.active.push(active);
        ActiveOperation { running: self, cancelled, keeps }
    }

    /// Closes the wakers for operations to come, unless the lock is taken: in a child of fork it may never come free.
    pub(crate) fn close_idle(&self) {
        if let Ok(mut registry) = self.0.try_lock() {
            registry.idle.clear();
        }
    }

    /// Ends all operations that are running now, of all handles.
    pub(crate) fn cancel(&self) {
        self.registry().active.iter().for_each(Registered::cancel);
    }

    /// Ends the operations of `handle` that are running now, and each that begins later.
    pub(crate) fn close(&self, handle: &Arc<Handle>) {
        handle.is_closed.store(true, Ordering::Release);
        let registry = self.registry();
        registry.active.iter().filter(|active| Arc::ptr_eq(&active.handle, handle)).for_each(Registered::cancel);
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        // A panic arose elsewhere: under this lock, entries are only added and removed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An operation that is running.
pub(crate) struct ActiveOperation<'a> {
    running: &'a ActiveOperations,
    cancelled: Arc<AtomicBool>,
    keeps: bool,
}

impl ActiveOperation<'_> {
    /// The waker of this operation, made when it is asked for first.
    ///
    /// # Errors
    /// The system has no descriptor left.
    pub(crate) fn waker(&self) -> io::Result<Arc<Waker>> {
        if let Some(waker) = self.with(|active| active.waker.clone()).flatten() {
            return Ok(waker);
        }
        let waker = Arc::new(Waker::of(Arc::clone(&self.cancelled))?);
        // Under the lock of `cancel`: either `cancel` finds the waker, or the first wait finds the operation cancelled.
        self.with(|active| active.waker = Some(Arc::clone(&waker)));
        Ok(waker)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Registered) -> T) -> Option<T> {
        let mut registry = self.running.registry();
        registry.active.iter_mut().find(|active| Arc::ptr_eq(&active.cancelled, &self.cancelled)).map(change)
    }
}

impl Drop for ActiveOperation<'_> {
    fn drop(&mut self) {
        let mut registry = self.running.registry();
        let Some(at) = registry.active.iter().position(|active| Arc::ptr_eq(&active.cancelled, &self.cancelled)) else {
            return;
        };
        let Registered { handle, waker, .. } = registry.active.swap_remove(at);
        if let Some(waker) = waker
            && self.keeps
            && !waker.is_cancelled()
            && registry.idle.len() < MAX_IDLE
        {
            registry.idle.push(waker);
        }
        // Not under the lock, for the memory of the last one is given back.
        drop(registry);
        drop(handle);
    }
}

#[cfg(test)]
mod tests {
    use super::{ActiveOperations, Handle};
    use std::sync::Arc;

    #[test]
    fn only_operations_that_run_are_cancelled() {
        let (running, handle) = (ActiveOperations::default(), Arc::default());
        let (first, second) = (running.enter(&handle, true), running.enter(&handle, true));
        let (_, of_second) = (first.waker().unwrap(), second.waker().unwrap());
        drop(first);
        running.cancel();
        assert!(of_second.is_cancelled());
        let later = running.enter(&handle, true);
        assert!(!later.waker().unwrap().is_cancelled());
        drop((second, later));
        assert!(running.registry().active.is_empty());
        assert!(running.registry().idle.iter().all(|waker| !waker.is_cancelled()));
    }

    #[test]
    fn operation_is_cancelled_between_its_entry_and_its_bell() {
        let (running, handle) = (ActiveOperations::default(), Arc::default());
        let entry = running.enter(&handle, false);
        running.cancel();
        assert!(entry.waker().unwrap().is_cancelled());
        assert!(!running.enter(&handle, false).waker().unwrap().is_cancelled());
    }

    #[test]
    fn closed_handle_ends_its_own_operations_and_all_later_ones() {
        let running = ActiveOperations::default();
        let [closed, other]: [Arc<Handle>; 2] = Default::default();
        let (of_closed, of_other) = (running.enter(&closed, true), running.enter(&other, true));
        let wakers = (of_closed.waker().unwrap(), of_other.waker().unwrap());
        running.close(&closed);
        assert!(wakers.0.is_cancelled() && !wakers.1.is_cancelled());
        drop((of_closed, of_other));
        for keeps in [true, false, true] {
            assert!(running.enter(&closed, keeps).waker().unwrap().is_cancelled(), "{keeps}");
            assert!(!running.enter(&other, keeps).waker().unwrap().is_cancelled(), "{keeps}");
        }
        running.cancel();
        assert!(!running.enter(&other, true).waker().unwrap().is_cancelled());
        assert!(running.registry().active.is_empty());
    }
}
