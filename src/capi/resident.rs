//! Keeps the library in the process once it was used.
//!
//! A lookup that hangs goes on, on a thread of the library's own, when its call has long returned. If the host unloads the
//! library meanwhile, that thread would run in memory that is gone. An ELF library says so by a flag (`-z nodelete`, in
//! build.rs); a DLL has to ask.

/// From now on, unloading the library does nothing.
#[cfg(windows)]
pub(super) fn stay() {
    use std::ptr;
    use std::sync::atomic::{AtomicBool, Ordering};

    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
    };

    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.swap(true, Ordering::Relaxed) {
        let mut module = ptr::null_mut();
        let here = (&raw const DONE).cast();
        // SAFETY: any address in the library stands for it; `module` is written and not used.
        unsafe {
            GetModuleHandleExW(
                GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                here,
                &mut module,
            )
        };
    }
}

#[cfg(not(windows))]
pub(super) fn stay() {}
