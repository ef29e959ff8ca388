//! Checks that a program printed a token of the stub completely.

use std::error::Error;
use std::process::Output;
use std::time::{SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;
/// In seconds. Longer than a call on a machine under load, and shorter than an hour, which a wrong date would cost.
const MAX_RUN_SECONDS: u64 = 300;

/// Returns the output of a program. Fails with its stderr if the program failed.
pub(crate) fn printed(output: &Output) -> Result<&str, Box<dyn Error>> {
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {}", output.status, stderr.trim()).into());
    }
    Ok(str::from_utf8(&output.stdout)?)
}

/// Fails unless the values are a fresh token from the stub at `base_url`, its expiry and its instance URL.
pub(crate) fn check([token, expiry, instance_url]: [&str; 3], base_url: &str) -> Result<(), Box<dyn Error>> {
    // Base64 of 20 bytes.
    if token.len() != 28 {
        return Err(format!("printed a token of {} characters", token.len()).into());
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let left = expiry
        .parse()
        .ok()
        .and_then(|expiry: u64| expiry.checked_sub(now))
        .ok_or_else(|| format!("printed {expiry:?} instead of an expiry"))?;
    // A year after the response. A date that was parsed wrongly differs by at least an hour.
    let since_response = (DAY - left % DAY) % DAY;
    if !(364..=366).contains(&(left / DAY)) || since_response > MAX_RUN_SECONDS {
        return Err(format!("printed an expiry in {left} seconds, not in a year").into());
    }
    if instance_url.strip_suffix('/') != Some(base_url) {
        return Err(format!("printed {instance_url:?} instead of the instance URL").into());
    }
    Ok(())
}
