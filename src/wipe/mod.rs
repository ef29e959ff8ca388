//! Leaves no secret data in memory, and separates the state of processes after fork.
//!
//! | question | module |
//! |---|---|
//! | zeroes every freed block | `allocator` |
//! | buffers that are wiped when dropped | `wiped` |
//! | clears stack and registers after a call | `stack`, `registers` |
//! | locked memory for a token | `slots`, in `slabs` of `pages`, from `mapping` |
//! | the key that encrypts secrets between calls, in locked memory | `sealing_key`, in `pages` |
//! | identifies the current process | `fork`, by a page that fork wipes |
//! | state of one process only | `per_process` |
//!
//! Only this module and `capi` contain unsafe code: this one works with raw memory and registers.

#![allow(unsafe_code)]

#[cfg(not(test_without = "allocator"))]
mod allocator;
mod fork;
mod mapping;
mod pages;
mod per_process;
mod registers;
mod sealing_key;
mod slabs;
mod slots;
mod stack;
mod wiped;

pub(crate) use per_process::PerProcess;
pub(crate) use registers::clear_registers;
pub(crate) use sealing_key::{with_fingerprint_key, with_sealing_key};
pub(crate) use slots::Slots;
pub(crate) use stack::{clear_stack, clear_stack_briefly_used};
pub(crate) use wiped::{WipedText, WipedVec};
