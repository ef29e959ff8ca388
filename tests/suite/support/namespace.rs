//! A separate network, and changed system files in it. The machine itself is not changed.

use std::process::Command;

/// The words before a command that run it in new network and mount namespaces. `script` prepares them. It gets `args`, then the
/// command, which it runs itself (`"$@"`, after a shift).
pub fn in_namespace<'a>(script: &'a str, args: &[&'a str]) -> Vec<&'a str> {
    let mut command = unshare(&["--mount", "--net"]);
    command.extend(["sh", "-c", script, "sh"]);
    command.extend(args);
    command
}

/// The words before a command that runs it as process 1, as the first one of a container.
pub fn as_first_process() -> Vec<&'static str> {
    unshare(&["--pid", "--fork"])
}

fn unshare<'a>(kinds: &[&'a str]) -> Vec<&'a str> {
    let mut command = vec!["unshare"];
    command.extend(kinds);
    let user = Command::new("id").arg("-u").output().unwrap();
    if user.stdout.trim_ascii() != b"0" {
        command.push("--map-root-user");
    }
    command
}
