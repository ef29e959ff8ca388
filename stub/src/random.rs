//! Random sample data.

use rustls::crypto::ring;

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Fails only if the system has no random source. Sample data may then repeat.
    let _ = ring::default_provider().secure_random.fill(&mut bytes);
    bytes
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 8-4-4-4-12, the form of Concur's correlation and error ids.
pub(crate) fn random_id() -> String {
    [hex(&random::<4>()), hex(&random::<2>()), hex(&random::<2>()), hex(&random::<2>()), hex(&random::<6>())].join("-")
}
