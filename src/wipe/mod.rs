//! How memory is left clean: what is freed is zero, what the processor held is gone, a token's pages are locked; and which
//! process this is, by a page that fork wipes.
//!
//! Beside `capi` the only module with unsafe code: it deals in raw memory and registers.

#![allow(unsafe_code)]

#[cfg(all(c_library, not(feature = "test-without-allocator")))]
mod allocator;
mod fork;
mod mapping;
#[cfg(feature = "capi")]
mod pages;
#[cfg(feature = "capi")]
mod registers;
#[cfg(feature = "capi")]
mod stack;

pub(crate) use fork::this_process;
#[cfg(feature = "capi")]
pub(crate) use pages::Pages;
#[cfg(feature = "capi")]
pub(crate) use registers::clear_registers;
#[cfg(feature = "capi")]
pub(crate) use stack::clear_stack;
