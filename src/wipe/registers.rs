//! Clears the processor's registers when a call returns.
//!
//! Copies and comparisons use vector registers. These keep their content until other code overwrites it, and the next
//! lazily bound call of the calling program saves them all on its stack, where they are not wiped (observed on Linux:
//! 10 to 12 bytes of the token).

/// Zeroes all registers that the calling convention does not preserve: vector and general ones. Called last before a
/// function that has used a secret returns to C. Preserved registers contain the caller's values again by then.
#[inline(always)]
pub(crate) fn clear_registers() {
    #[cfg(not(test_without = "register-clearing"))]
    arch::clear();
}

#[cfg(all(target_arch = "x86_64", not(test_without = "register-clearing")))]
mod arch {
    use std::arch::{asm, is_x86_feature_detected};

    #[inline(always)]
    pub(super) fn clear() {
        if is_x86_feature_detected!("avx512f") {
            clear_avx512();
        }
        if is_x86_feature_detected!("avx") {
            // SAFETY: the processor and the system have AVX. All registers that are written are named.
            unsafe {
                asm!(
                    "vzeroall",
                    out("xmm0") _, out("xmm1") _, out("xmm2") _, out("xmm3") _,
                    out("xmm4") _, out("xmm5") _, out("xmm6") _, out("xmm7") _,
                    out("xmm8") _, out("xmm9") _, out("xmm10") _, out("xmm11") _,
                    out("xmm12") _, out("xmm13") _, out("xmm14") _, out("xmm15") _,
                    options(nomem, nostack, preserves_flags),
                );
            }
        } else {
            // SAFETY: SSE2 is part of x86_64. All registers that are written are named.
            unsafe {
                asm!(
                    "pxor xmm0, xmm0", "pxor xmm1, xmm1", "pxor xmm2, xmm2", "pxor xmm3, xmm3",
                    "pxor xmm4, xmm4", "pxor xmm5, xmm5", "pxor xmm6, xmm6", "pxor xmm7, xmm7",
                    "pxor xmm8, xmm8", "pxor xmm9, xmm9", "pxor xmm10, xmm10", "pxor xmm11, xmm11",
                    "pxor xmm12, xmm12", "pxor xmm13, xmm13", "pxor xmm14, xmm14", "pxor xmm15, xmm15",
                    out("xmm0") _, out("xmm1") _, out("xmm2") _, out("xmm3") _,
                    out("xmm4") _, out("xmm5") _, out("xmm6") _, out("xmm7") _,
                    out("xmm8") _, out("xmm9") _, out("xmm10") _, out("xmm11") _,
                    out("xmm12") _, out("xmm13") _, out("xmm14") _, out("xmm15") _,
                    options(nomem, nostack, preserves_flags),
                );
            }
        }
        // SAFETY: all registers that are written are named. rax is kept for the result.
        unsafe {
            asm!(
                "xor ecx, ecx", "xor edx, edx", "xor esi, esi", "xor edi, edi",
                "xor r8d, r8d", "xor r9d, r9d", "xor r10d, r10d", "xor r11d, r11d",
                out("rcx") _, out("rdx") _, out("rsi") _, out("rdi") _,
                out("r8") _, out("r9") _, out("r10") _, out("r11") _,
                options(nomem, nostack),
            );
        }
    }

    /// Zeroes the upper sixteen registers and the masks; `vzeroall` clears the whole width of the lower sixteen.
    #[target_feature(enable = "avx512f")]
    fn clear_avx512_registers() {
        // SAFETY: the caller has checked for AVX-512. All registers that are written are named.
        unsafe {
            asm!(
                "vpxord zmm16, zmm16, zmm16", "vpxord zmm17, zmm17, zmm17", "vpxord zmm18, zmm18, zmm18",
                "vpxord zmm19, zmm19, zmm19", "vpxord zmm20, zmm20, zmm20", "vpxord zmm21, zmm21, zmm21",
                "vpxord zmm22, zmm22, zmm22", "vpxord zmm23, zmm23, zmm23", "vpxord zmm24, zmm24, zmm24",
                "vpxord zmm25, zmm25, zmm25", "vpxord zmm26, zmm26, zmm26", "vpxord zmm27, zmm27, zmm27",
                "vpxord zmm28, zmm28, zmm28", "vpxord zmm29, zmm29, zmm29", "vpxord zmm30, zmm30, zmm30",
                "vpxord zmm31, zmm31, zmm31",
                "kxorw k0, k0, k0", "kxorw k1, k1, k1", "kxorw k2, k2, k2", "kxorw k3, k3, k3",
                "kxorw k4, k4, k4", "kxorw k5, k5, k5", "kxorw k6, k6, k6", "kxorw k7, k7, k7",
                out("zmm16") _, out("zmm17") _, out("zmm18") _, out("zmm19") _, out("zmm20") _, out("zmm21") _,
                out("zmm22") _, out("zmm23") _, out("zmm24") _, out("zmm25") _, out("zmm26") _, out("zmm27") _,
                out("zmm28") _, out("zmm29") _, out("zmm30") _, out("zmm31") _,
                out("k0") _, out("k1") _, out("k2") _, out("k3") _, out("k4") _, out("k5") _, out("k6") _, out("k7") _,
                options(nomem, nostack, preserves_flags),
            );
        }
    }

    fn clear_avx512() {
        // SAFETY: only called where the processor and the system have AVX-512.
        unsafe { clear_avx512_registers() }
    }
}

#[cfg(all(target_arch = "aarch64", not(test_without = "register-clearing")))]
mod arch {
    use std::arch::asm;

    #[inline(always)]
    pub(super) fn clear() {
        // SAFETY: all registers that are written are named; the lower halves of v8 to v15 belong to the caller, and the
        // compiler keeps them. x0 is kept for the result.
        unsafe {
            asm!(
                "movi v0.2d, #0", "movi v1.2d, #0", "movi v2.2d, #0", "movi v3.2d, #0",
                "movi v4.2d, #0", "movi v5.2d, #0", "movi v6.2d, #0", "movi v7.2d, #0",
                "movi v8.2d, #0", "movi v9.2d, #0", "movi v10.2d, #0", "movi v11.2d, #0",
                "movi v12.2d, #0", "movi v13.2d, #0", "movi v14.2d, #0", "movi v15.2d, #0",
                "movi v16.2d, #0", "movi v17.2d, #0", "movi v18.2d, #0", "movi v19.2d, #0",
                "movi v20.2d, #0", "movi v21.2d, #0", "movi v22.2d, #0", "movi v23.2d, #0",
                "movi v24.2d, #0", "movi v25.2d, #0", "movi v26.2d, #0", "movi v27.2d, #0",
                "movi v28.2d, #0", "movi v29.2d, #0", "movi v30.2d, #0", "movi v31.2d, #0",
                out("v0") _, out("v1") _, out("v2") _, out("v3") _, out("v4") _, out("v5") _, out("v6") _, out("v7") _,
                out("v8") _, out("v9") _, out("v10") _, out("v11") _, out("v12") _, out("v13") _, out("v14") _, out("v15") _,
                out("v16") _, out("v17") _, out("v18") _, out("v19") _, out("v20") _, out("v21") _, out("v22") _, out("v23") _,
                out("v24") _, out("v25") _, out("v26") _, out("v27") _, out("v28") _, out("v29") _, out("v30") _, out("v31") _,
                options(nomem, nostack, preserves_flags),
            );
            asm!(
                "mov x1, xzr", "mov x2, xzr", "mov x3, xzr", "mov x4, xzr", "mov x5, xzr", "mov x6, xzr", "mov x7, xzr",
                "mov x8, xzr", "mov x9, xzr", "mov x10, xzr", "mov x11, xzr", "mov x12, xzr", "mov x13, xzr",
                "mov x14, xzr", "mov x15, xzr", "mov x16, xzr", "mov x17, xzr",
                out("x1") _, out("x2") _, out("x3") _, out("x4") _, out("x5") _, out("x6") _, out("x7") _,
                out("x8") _, out("x9") _, out("x10") _, out("x11") _, out("x12") _, out("x13") _,
                out("x14") _, out("x15") _, out("x16") _, out("x17") _,
                options(nomem, nostack, preserves_flags),
            );
        }
    }
}

#[cfg(all(target_arch = "x86", not(test_without = "register-clearing")))]
mod arch {
    use std::arch::{asm, is_x86_feature_detected};

    /// There are eight vector registers, with AVX-512 too, and no code for this processor uses its masks.
    #[inline(always)]
    pub(super) fn clear() {
        if is_x86_feature_detected!("avx") {
            // SAFETY: the processor and the system have AVX. All registers that are written are named.
            unsafe {
                asm!(
                    "vzeroall",
                    out("xmm0") _, out("xmm1") _, out("xmm2") _, out("xmm3") _,
                    out("xmm4") _, out("xmm5") _, out("xmm6") _, out("xmm7") _,
                    options(nomem, nostack, preserves_flags),
                );
            }
        } else {
            // SAFETY: SSE2 is part of Rust's i686 target. All registers that are written are named.
            unsafe {
                asm!(
                    "pxor xmm0, xmm0", "pxor xmm1, xmm1", "pxor xmm2, xmm2", "pxor xmm3, xmm3",
                    "pxor xmm4, xmm4", "pxor xmm5, xmm5", "pxor xmm6, xmm6", "pxor xmm7, xmm7",
                    out("xmm0") _, out("xmm1") _, out("xmm2") _, out("xmm3") _,
                    out("xmm4") _, out("xmm5") _, out("xmm6") _, out("xmm7") _,
                    options(nomem, nostack, preserves_flags),
                );
            }
        }
        // SAFETY: all registers that are written are named. eax is kept for the result.
        unsafe {
            asm!("xor ecx, ecx", "xor edx, edx", out("ecx") _, out("edx") _, options(nomem, nostack));
        }
    }
}

#[cfg(all(
    not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "x86")),
    not(test_without = "register-clearing")
))]
mod arch {
    /// Does nothing: on other processors, the content of registers is not covered by any promise.
    pub(super) fn clear() {}
}
