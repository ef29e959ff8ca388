//! The hosts of the Native Flow. Each has its own users, and rejects those of the others like a wrong password.

/// Concur's host in the United States, and that of the developer sandboxes.
pub(in crate::flow) const PRODUCTION: &str = "www.concursolutions.com";
const HOSTS: [&str; 4] =
    [PRODUCTION, "eu1.concursolutions.com", "implementation.concursolutions.com", "eu1imp.concursolutions.com"];

/// Returns the advice for a login that `host` rejected, if it is one of Concur's hosts.
pub(super) fn advice(host: &str) -> Option<String> {
    if !HOSTS.contains(&host) {
        return None;
    }
    let mut others = String::new();
    for other in HOSTS.into_iter().filter(|other| *other != host) {
        others.push_str(if others.is_empty() { "" } else { ", " });
        others.push_str(other);
    }
    Some(format!(
        "{host} also rejects users of Concur's other hosts: {others}. If the user belongs to one of them, set it as the base URL (nf_options_set_base_url)."
    ))
}

#[cfg(test)]
mod tests {
    use super::{HOSTS, advice};

    #[test]
    fn advice_names_the_other_hosts() {
        for host in HOSTS {
            let advice = advice(host).unwrap();
            assert!(advice.starts_with(&format!("{host} also")), "{advice}");
            assert!(HOSTS.iter().all(|other| advice.matches(other).count() == 1), "{advice}");
        }
        for host in ["localhost", "concursolutions.com", "us2.api.concursolutions.com", "xwww.concursolutions.com"] {
            assert_eq!(advice(host), None);
        }
    }
}
