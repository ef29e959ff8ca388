//! Which hosts there are, and how each builds and runs its program.

use super::Host;

pub const HOSTS: &[Host] = &[
    Host {
        name: "C (gcc)",
        version: &["cc", "-dumpfullversion"],
        folder: "../examples-c",
        build: &[&["sh", "-c", "cc -Wall -Wextra -Werror get_token.c -o get_token $(pkg-config --cflags --libs nativeflow)"]],
        run: &["./get_token"],
    },
    Host {
        name: "Python (ctypes)",
        version: &["python3", "--version"],
        folder: "python",
        build: &[],
        run: &["python3", "get_token.py"],
    },
];
