//! What is special about a build of the C library: its link arguments and its allocator. Writes nothing and fetches nothing.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=NATIVEFLOW_C_LIBRARY");
    // Set by the Makefile. In every other build cargo would warn of arguments for a target that is not there, and a Rust
    // program that uses this crate keeps its own allocator.
    if env::var_os("NATIVEFLOW_C_LIBRARY").is_none() {
        return;
    }
    println!("cargo::rustc-cfg=c_library");
    let elf = env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("unix")
        && env::var("CARGO_CFG_TARGET_VENDOR").as_deref() != Ok("apple");
    if env::var("CARGO_CFG_WINDOWS").is_ok() && env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("gnu") {
        // The linker would write down when it ran.
        println!("cargo::rustc-link-arg-cdylib=-Wl,--no-insert-timestamp");
    }
    if elf {
        // The number at the end changes with every break of the ABI.
        println!("cargo::rustc-link-arg-cdylib=-Wl,-soname,libnativeflow.so.0");
        // A thread that ends after dlclose would otherwise run a thread-local destructor in unmapped code.
        println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
}
