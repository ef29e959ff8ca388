//! Checks that a program printed a token of the stub completely.

use std::error::Error;
use std::process::Output;
use std::time::{SystemTime, UNIX_EPOCH};

use nativeflow_stub::Service;

const DAY: u64 = 86_400;
const HOUR: u64 = 3_600;
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
pub(crate) fn check(
    [token, expiry, instance_url]: [&str; 3],
    base_url: &str,
    service: Service,
) -> Result<(), Box<dyn Error>> {
    let length = match service {
        // Base64 of 20 bytes.
        Service::Native => 28,
        // Three parts.
        Service::OAuth2 => 96,
    };
    if token.len() != length {
        return Err(format!("printed a token of {} characters", token.len()).into());
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let left = expiry
        .parse()
        .ok()
        .and_then(|expiry: u64| expiry.checked_sub(now))
        .ok_or_else(|| format!("printed {expiry:?} instead of an expiry"))?;
    let (is_right, lifetime) = match service {
        Service::Native => (is_in_a_year(left), "a year"),
        Service::OAuth2 => ((HOUR - MAX_RUN_SECONDS..=HOUR).contains(&left), "an hour"),
    };
    if !is_right {
        return Err(format!("printed an expiry in {left} seconds, not in {lifetime}").into());
    }
    if instance_url.trim_end_matches('/') != base_url {
        return Err(format!("printed {instance_url:?} instead of the instance URL").into());
    }
    Ok(())
}

/// A date that was parsed wrongly differs by at least an hour.
fn is_in_a_year(seconds: u64) -> bool {
    let since_response = (DAY - seconds % DAY) % DAY;
    (364..=366).contains(&(seconds / DAY)) && since_response <= MAX_RUN_SECONDS
}
