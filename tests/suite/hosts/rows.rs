//! Which hosts there are, and how each builds and runs its program.

use super::Host;

pub const HOSTS: &[Host] = &[
    Host {
        name: "C (gcc)",
        version: &["cc", "-dumpfullversion"],
        folder: "../examples-c",
        build: &[&[
            "sh",
            "-c",
            "cc -Wall -Wextra -Werror get_token.c -o get_token $(pkg-config --cflags --libs nativeflow)",
        ]],
        run: &["./get_token"],
    },
    Host {
        name: "C++17 (nativeflow.hpp)",
        version: &["c++", "-dumpfullversion"],
        folder: "cpp",
        build: &[&[
            "sh",
            "-c",
            "c++ -std=c++17 -Wall -Wextra -Werror get_token.cpp -o get_token $(pkg-config --cflags --libs nativeflow)",
        ]],
        run: &["./get_token"],
    },
    Host {
        name: "Python (ctypes)",
        version: &["/usr/bin/python3", "--version"],
        folder: "python",
        build: &[],
        run: &["/usr/bin/python3", "-W", "error", "-X", "dev", "-bb", "get_token.py"],
    },
    Host {
        name: "PHP (FFI)",
        version: &["php", "-v"],
        folder: "php",
        build: &[],
        run: &["php", "-d", "ffi.enable=1", "-d", "error_reporting=-1", "-d", "display_errors=stderr", "get_token.php"],
    },
    Host {
        name: "Perl (FFI::Platypus)",
        version: &["perl", "-MFFI::Platypus", "-e", "printf '%vd', $^V"],
        folder: "perl",
        build: &[],
        run: &["perl", "-Mwarnings=FATAL,all", "get_token.pl"],
    },
    Host {
        name: "Ruby (Fiddle)",
        version: &["ruby", "-v"],
        folder: "ruby",
        build: &[],
        run: &["ruby", "-w", "get_token.rb"],
    },
];
