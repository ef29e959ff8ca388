//! Wakes and cancels a running operation from another thread.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::PollFd;

use super::event::Event;

/// Wakes one operation, which polls it together with its socket.
pub(crate) struct Waker {
    event: Event,
    cancelled: Arc<AtomicBool>,
}

/// The same waker, not an equal one.
impl PartialEq for Waker {
    fn eq(&self, other: &Waker) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Waker {
    /// Makes a waker without an operation. Only tests use it.
    #[cfg(test)]
    pub(crate) fn new() -> io::Result<Waker> {
        Waker::of(Arc::default())
    }

    fn of(cancelled: Arc<AtomicBool>) -> io::Result<Waker> {
        Ok(Waker { event: Event::new()?, cancelled })
    }

    /// Wakes the operation, because something that it waits for is available.
    pub(crate) fn wake(&self) {
        self.event.set();
    }

    /// Clears the wake-up.
    pub(super) fn reset(&self) {
        self.event.clear();
    }

    /// Returns the descriptor that a wait polls.
    pub(crate) fn watched(&self) -> PollFd<'_> {
        self.event.watched()
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}

/// A program's handle of a client: the operations that began with one handle are cancelled together.
#[derive(Debug, Default)]
pub(crate) struct Handle {
    /// Operations that begin now are cancelled. Set before [`ActiveOperations`]'s lock is taken and read under it.
    is_closed: AtomicBool,
}

impl Handle {
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }
}

/// The running operations of all handles.
#[derive(Default)]
pub(crate) struct ActiveOperations(Mutex<Registry>);

#[derive(Default)]
struct Registry {
    active: Vec<Registered>,
    /// Wakers for later operations.
    idle: Vec<Arc<Waker>>,
}

/// A registered operation. It gets its waker later, because making one is a system call that can fail.
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

/// The same number as idle connections.
const MAX_IDLE: usize = 8;

impl ActiveOperations {
    /// Registers an operation of `handle` until the result is dropped. `keeps`: its waker is kept for a later
    /// operation, like connections.
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

    /// Closes the wakers for later operations, unless the lock is taken: in a child of fork it may never be released.
    pub(crate) fn close_idle(&self) {
        if let Ok(mut registry) = self.0.try_lock() {
            registry.idle.clear();
        }
    }

    /// Cancels all running operations, of all handles.
    pub(crate) fn cancel(&self) {
        self.registry().active.iter().for_each(Registered::cancel);
    }

    /// Cancels the running operations of `handle`, and each that begins later.
    pub(crate) fn close(&self, handle: &Arc<Handle>) {
        handle.is_closed.store(true, Ordering::Release);
        let registry = self.registry();
        registry.active.iter().filter(|active| Arc::ptr_eq(&active.handle, handle)).for_each(Registered::cancel);
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        // The panic arose elsewhere: under this lock, entries are only added and removed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running operation.
pub(crate) struct ActiveOperation<'a> {
    running: &'a ActiveOperations,
    cancelled: Arc<AtomicBool>,
    keeps: bool,
}

impl ActiveOperation<'_> {
    /// Returns the waker of this operation. The first call makes it.
    ///
    /// # Errors
    /// The system has no free descriptor.
    pub(crate) fn waker(&self) -> io::Result<Arc<Waker>> {
        if let Some(waker) = self.with(|active| active.waker.clone()).flatten() {
            return Ok(waker);
        }
        let waker = Arc::new(Waker::of(Arc::clone(&self.cancelled))?);
        // Under the lock of `cancel`: either `cancel` finds the waker, or the first wait finds the operation cancelled.
        self.with(|active| active.waker = Some(Arc::clone(&waker)));
        Ok(waker)
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
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
        // After the lock is released, because dropping the last reference frees memory.
        drop(registry);
        drop(handle);
    }
}

#[cfg(test)]
mod tests {
    use super::{ActiveOperations, Handle};
    use std::sync::Arc;

    #[test]
    fn only_running_operations_are_cancelled() {
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
    fn operation_is_cancelled_between_its_registration_and_its_waker() {
        let (running, handle) = (ActiveOperations::default(), Arc::default());
        let entry = running.enter(&handle, false);
        running.cancel();
        assert!(entry.waker().unwrap().is_cancelled());
        assert!(!running.enter(&handle, false).waker().unwrap().is_cancelled());
    }

    #[test]
    fn closed_handle_cancels_its_running_and_later_operations() {
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
