//! How memory is left clean: what is freed is zero, buffers are wiped, what the processor held is gone, a token's memory is
//! locked; which process this is, by a page that fork wipes; and what belongs to one process only.
//!
//! Beside `capi` the only module with unsafe code: it deals in raw memory and registers.

#![allow(unsafe_code)]

#[cfg(not(test_without = "allocator"))]
mod allocator;
mod fork;
mod mapping;
mod pages;
mod per_process;
mod registers;
mod slabs;
mod slots;
mod stack;
mod wiped;

pub(crate) use per_process::PerProcess;
pub(crate) use registers::clear_registers;
pub(crate) use slots::Slots;
pub(crate) use stack::{clear_stack, clear_stack_briefly_used};
pub(crate) use wiped::{WipedText, WipedVec};
