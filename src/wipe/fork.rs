//! Identifies the current process by a number that a child of fork does not share with its parent.
//!
//! The process id does not identify it: a process that is 1 in its namespace, as in a container, may have a child that
//! is 1 in another.

use std::process;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use super::mapping;

/// Large enough for the page size of any system.
const SIZE: usize = 64 * 1024;

/// The last number of this process and its ancestors.
static LAST: AtomicU64 = AtomicU64::new(0);
/// A page that the system wipes in every child; null until the first use.
static PAGE: AtomicPtr<AtomicU64> = AtomicPtr::new(ptr::null_mut());
/// Stored in `PAGE` if the system does not support such pages.
static UNSUPPORTED: AtomicU64 = AtomicU64::new(0);

/// Returns a number that no ancestor of this process has. Never waits and takes no lock.
pub(crate) fn this_process() -> u64 {
    let page = match PAGE.load(Ordering::Acquire) {
        page if page.is_null() => first_page(),
        page => page,
    };
    if ptr::eq(page, &UNSUPPORTED) {
        return process::id().into();
    }
    // SAFETY: a page of `new_page`, aligned and never unmapped. All access to it is atomic.
    let mark = unsafe { &*page };
    match mark.load(Ordering::Relaxed) {
        0 => {
            let new = LAST.fetch_add(1, Ordering::Relaxed) + 1;
            // Another thread may have been faster.
            mark.compare_exchange(0, new, Ordering::Relaxed, Ordering::Relaxed).map_or_else(|theirs| theirs, |_| new)
        }
        known => known,
    }
}

/// Makes the page and publishes it. If several threads do so, one of them wins.
fn first_page() -> *mut AtomicU64 {
    let page = new_page();
    let new = page.map_or((&raw const UNSUPPORTED).cast_mut(), |page| page.as_ptr().cast());
    match PAGE.compare_exchange(ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => new,
        Err(theirs) => {
            if let Some(page) = page {
                // SAFETY: the pages from `new_page`, which were not published.
                unsafe { mapping::unmap(page, SIZE) };
            }
            theirs
        }
    }
}

/// Makes the page. `None` if the system does not support such pages (Linux before 4.14).
#[cfg(target_os = "linux")]
fn new_page() -> Option<NonNull<u8>> {
    let page = mapping::map(SIZE)?;
    // SAFETY: these are the pages from above, whole.
    if unsafe { libc::madvise(page.as_ptr().cast(), SIZE, libc::MADV_WIPEONFORK) } != 0 {
        // SAFETY: as above, and not used again.
        unsafe { mapping::unmap(page, SIZE) };
        return None;
    }
    Some(page)
}

#[cfg(not(target_os = "linux"))]
fn new_page() -> Option<NonNull<u8>> {
    None
}

#[cfg(test)]
mod tests {
    use super::this_process;

    #[test]
    fn threads_of_a_process_share_its_number() {
        let mine = this_process();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(this_process(), mine));
            }
        });
    }
}
