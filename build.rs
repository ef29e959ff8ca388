//! The link arguments of the shared library. Writes nothing and fetches nothing.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
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
