//! What a program has to print: a token of the stub, read completely.

use std::error::Error;
use std::process::Output;
use std::time::{SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;
/// In seconds; a machine under load is slow, and no hour is as short.
const LONGEST_RUN: u64 = 300;

/// What a program printed that did not fail; it is not shown.
pub(crate) fn printed(output: &Output) -> Result<&str, Box<dyn Error>> {
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {}", output.status, said.trim()).into());
    }
    Ok(str::from_utf8(&output.stdout)?)
}

/// Fails unless these are a fresh token from the stub at `base_url`, its expiry and its instance URL.
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
        .ok_or_else(|| format!("printed {expiry:?} for an expiry"))?;
    // A year from the answer, to the second: a wrong hour is a date read wrongly.
    let since_answer = (DAY - left % DAY) % DAY;
    if !(364..=366).contains(&(left / DAY)) || since_answer > LONGEST_RUN {
        return Err(format!("printed an expiry in {left} seconds, not in a year").into());
    }
    if instance_url.strip_suffix('/') != Some(base_url) {
        return Err(format!("printed {instance_url:?} for an instance URL").into());
    }
    Ok(())
}
