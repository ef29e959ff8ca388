//! Other Linuxes than this one: what `packaging/build.sh` builds for, and how programs for them are compiled and run here.

/// Named after the processor. All are for an old C library; of this machine's processor that is all that is different.
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

    /// As Rust calls the processor.
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

    /// This processor runs programs for i686 too, but their loader and C library are in a place of their own.
    pub fn link_arguments(self) -> &'static [&'static str] {
        match self {
            Target::X86_64 | Target::Aarch64 => &[],
            Target::I686 => &[
                "-Wl,--dynamic-linker=/usr/i686-linux-gnu/lib/ld-linux.so.2",
                "-Wl,--disable-new-dtags,-rpath,/usr/i686-linux-gnu/lib",
            ],
        }
    }

    /// The words before a program that run it.
    pub fn emulator(self) -> &'static [&'static str] {
        match self {
            Target::X86_64 | Target::I686 => &[],
            Target::Aarch64 => &["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"],
        }
    }
}
