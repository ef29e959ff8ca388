//! The expected output of a call, and the differences of the actual output.

use nativeflow_stub::User;

use super::Facts;

/// The end of a call: the name of its code, and lines that it must print in addition: `name=value`, or `name~part of the
/// value`.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    pub code: &'static str,
    pub lines: &'a [&'static str],
}

impl Expected<'_> {
    /// All differences between the expected output and that of `tests/c/call.c` for one call, one text for each.
    pub fn differences(self, facts: &Facts) -> Vec<String> {
        let pairs = facts.pairs();
        let value = |name: &str| pairs.get(name).copied();
        let mut differences = Vec::new();
        if !facts.status.success() || !facts.stderr.is_empty() {
            differences.push(format!("{}: {}", facts.status, facts.stderr));
        }
        if value("code") != Some(self.code) {
            differences.push(format!("the code is {:?}, not {}", value("code"), self.code));
        }
        if self.code != "NF_OK" && ["message", "remedy"].iter().any(|name| value(name).is_none_or(str::is_empty)) {
            differences.push("no message or no remedy".to_owned());
        }
        for line in self.lines {
            let holds = match line.split_once('=') {
                Some((name, expected)) if !name.contains('~') => value(name) == Some(expected),
                _ => line
                    .split_once('~')
                    .is_some_and(|(name, part)| value(name).is_some_and(|value| value.contains(part))),
            };
            if !holds {
                differences.push(format!("not so: {line}"));
            }
        }
        // The output contains no credential, with any response. The stub makes the token from the credentials.
        let demo = User::demo();
        for (name, value) in pairs.iter().filter(|(name, _)| !["refresh_token", "value"].contains(name)) {
            if [&demo.key, &demo.login, &demo.secret].iter().any(|secret| value.contains(secret.as_str())) {
                differences.push(format!("{name} contains a credential"));
            }
        }
        if !differences.is_empty() {
            differences.push(facts.stdout.clone());
        }
        differences
    }
}
