//! Other Linux systems: the targets of `packaging/build.sh`, and how programs for them are compiled and run here.

/// Named after the processor. All use an old C library. The target with this machine's processor has no other difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    X86_64,
    Aarch64,
    I686,
}

impl Target {
    pub const ALL: [Target; 3] = [Target::X86_64, Target::Aarch64, Target::I686];

    pub fn triple(self) -> &'static str {
        match self {
            Target::X86_64 => "x86_64-unknown-linux-gnu",
            Target::Aarch64 => "aarch64-unknown-linux-gnu",
            Target::I686 => "i686-unknown-linux-gnu",
        }
    }

    /// The name of the processor in Rust.
    pub fn processor(self) -> &'static str {
        match self {
            Target::X86_64 => "x86_64",
            Target::Aarch64 => "aarch64",
            Target::I686 => "x86",
        }
    }

    pub fn compiler(self) -> &'static str {
        match self {
            Target::X86_64 => "cc",
            Target::Aarch64 => "aarch64-linux-gnu-gcc",
            Target::I686 => "i686-linux-gnu-gcc",
        }
    }

    /// This processor also runs programs for i686, but their loader and C library are in another directory.
    pub fn link_arguments(self) -> &'static [&'static str] {
        match self {
            Target::X86_64 | Target::Aarch64 => &[],
            Target::I686 => &[
                "-Wl,--dynamic-linker=/usr/i686-linux-gnu/lib/ld-linux.so.2",
                "-Wl,--disable-new-dtags,-rpath,/usr/i686-linux-gnu/lib",
            ],
        }
    }

    /// The command that runs a program of this target.
    pub fn emulator(self) -> &'static [&'static str] {
        match self {
            Target::X86_64 | Target::I686 => &[],
            Target::Aarch64 => &["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"],
        }
    }
}
