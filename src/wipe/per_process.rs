//! State of one process: a child of fork gets its own.
//!
//! After fork a child shares sockets with its parent, and a lock that another thread of the parent held stays locked in
//! the child forever. So the child does not use the parent's state and does not wait for its locks.

use std::fmt;

use once_cell::race::OnceBox;

use super::fork::this_process;

/// A value for each process, made on the first request.
pub(crate) struct PerProcess<T> {
    /// The value of this process comes after those of its ancestors. The list is lock-free: another thread may be
    /// adding to it when the process forks.
    first: OnceBox<Node<T>>,
}

struct Node<T> {
    process: u64,
    value: T,
    next: OnceBox<Node<T>>,
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> PerProcess<T> {
        PerProcess { first: OnceBox::new() }
    }

    /// Returns this process's value. If it is new, `leave` was called with those of its ancestors.
    pub(crate) fn get(&self, make: impl Fn() -> T, leave: impl Fn(&T)) -> &T {
        let process = this_process();
        let mut place = &self.first;
        loop {
            let node = match place.get() {
                Some(node) => node,
                None => place.get_or_init(|| {
                    self.each(&leave);
                    Box::new(Node { process, value: make(), next: OnceBox::new() })
                }),
            };
            if node.process == process {
                return &node.value;
            }
            place = &node.next;
        }
    }

    /// Returns this process's value, if there is one.
    pub(crate) fn existing(&self) -> Option<&T> {
        let process = this_process();
        let mut place = &self.first;
        while let Some(node) = place.get() {
            if node.process == process {
                return Some(&node.value);
            }
            place = &node.next;
        }
        None
    }

    fn each(&self, visit: impl Fn(&T)) {
        let mut place = &self.first;
        while let Some(node) = place.get() {
            visit(&node.value);
            place = &node.next;
        }
    }
}

impl<T> fmt::Debug for PerProcess<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerProcess")
    }
}

#[cfg(test)]
mod tests {
    use super::PerProcess;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn threads_of_a_process_share_its_value() {
        let state: PerProcess<AtomicU32> = PerProcess::new();
        assert!(state.existing().is_none());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    state.get(AtomicU32::default, |_| panic!("no ancestor has one")).fetch_add(1, Ordering::Relaxed)
                });
            }
        });
        assert_eq!(state.existing().unwrap().load(Ordering::Relaxed), 8);
    }
}
