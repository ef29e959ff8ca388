//! Link arguments of the C library. Writes nothing and fetches nothing.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=NATIVEFLOW_C_LIBRARY");
    // Set by the Makefile: in every other build cargo would warn of arguments for a target that is not there.
    if env::var_os("NATIVEFLOW_C_LIBRARY").is_none() {
        return;
    }
    let elf = env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("unix")
        && env::var("CARGO_CFG_TARGET_VENDOR").as_deref() != Ok("apple");
    if elf {
        // The number at the end changes with every break of the ABI.
        println!("cargo::rustc-link-arg-cdylib=-Wl,-soname,libnativeflow.so.0");
        // A thread that ends after dlclose would otherwise run a thread-local destructor in unmapped code.
        println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
}
