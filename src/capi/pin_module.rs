//! Keeps the library loaded after its first use.
//!
//! A DNS lookup that hangs may outlast its call, because it runs on a thread of the library. If the calling program unloaded
//! the library, the code of that thread would be unmapped. An ELF library has a flag for this (`-z nodelete`, in build.rs).
//! A DLL calls a function.

/// Pins the DLL: from now on, unloading it does nothing.
#[cfg(windows)]
pub(super) fn pin_module() {
    use std::ptr;
    use std::sync::atomic::{AtomicBool, Ordering};

    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
    };

    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.swap(true, Ordering::Relaxed) {
        let mut module = ptr::null_mut();
        let here = (&raw const DONE).cast();
        // SAFETY: any address in the library identifies it; `module` is written and not used.
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
pub(super) fn pin_module() {}
