//! A network of its own, and files of the system as a test wants them: nothing of the machine itself is changed.

use std::process::Command;

/// The words before a command that runs it in new network and mount namespaces, after `script` has prepared them: the script
/// gets `args`, then the command, which it runs itself (`"$@"`, after a shift).
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
