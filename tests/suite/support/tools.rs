//! Programs that a test needs in addition to Rust, a C compiler and make. `tests/tools.sh` installs them.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use super::{in_namespace, proved, root};

/// Ends the test if this machine lacks one of these tools: see [`lacks`].
macro_rules! needs {
    ($($tool:expr),+ $(,)?) => {
        if $crate::support::lacks(&[$($tool),+]) {
            return;
        }
    };
}
pub(crate) use needs;

/// A tool that is no program: network and mount namespaces that this user may make, with `ip` and `iptables` in them.
pub const NAMESPACES: &str = "namespaces";

/// A tool that is no program: a C library for programs without any shared library. It comes with Debian's libc6-dev.
pub const STATIC_C_LIBRARY: &str = "libc.a";

/// Whether everything is tested, and a missing tool is therefore a failure: in `make test-all` and `make check`.
pub fn is_everything_tested() -> bool {
    std::env::var("NATIVEFLOW_TEST").is_ok_and(|mode| mode == "all")
}

/// Whether one of these tools is missing, so that the test or row must be left out. A tool is a command, a file in the
/// project (with a slash in its name), [`NAMESPACES`] or [`STATIC_C_LIBRARY`]. Where everything is tested, a missing tool panics.
pub fn lacks(tools: &[&str]) -> bool {
    let missing: Vec<&str> = tools.iter().copied().filter(|tool| !is_here(tool)).collect();
    if missing.is_empty() {
        return false;
    }
    let missing = missing.join(", ");
    assert!(!is_everything_tested(), "missing: {missing}. tests/tools.sh installs it");
    for tool in missing.split(", ") {
        proved("missing tools", tool);
    }
    proved("left out", std::thread::current().name().unwrap_or("a row"));
    true
}

/// Whether a tool is installed: see [`lacks`].
pub fn is_here(tool: &str) -> bool {
    static KNOWN: Mutex<Option<HashMap<String, bool>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap();
    *known.get_or_insert_default().entry(tool.to_owned()).or_insert_with(|| match tool {
        NAMESPACES => can_make_namespaces(),
        STATIC_C_LIBRARY => compiler_finds(STATIC_C_LIBRARY),
        file if file.contains('/') => root().join(file).exists(),
        command => is_command(command),
    })
}

fn is_command(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// The compiler prints the path of the file if it exists, and otherwise its name.
fn compiler_finds(file: &str) -> bool {
    let output = Command::new("cc").arg(format!("-print-file-name={file}")).output();
    output.is_ok_and(|output| output.stdout.contains(&b'/'))
}

fn can_make_namespaces() -> bool {
    const TRY: &str =
        "ip link set lo up && iptables -A INPUT -p udp --dport 53 -j ACCEPT && mount --bind /etc/hosts /etc/hosts";
    let commands = ["unshare", "ip", "iptables", "mount"];
    commands.iter().all(|command| is_command(command))
        && Path::new("/proc/self/ns/net").exists()
        && Command::new("sh")
            .args(["-c", "exec \"$@\" 2>/dev/null", "sh"])
            .args(in_namespace(TRY, &[]))
            .status()
            .is_ok_and(|status| status.success())
}
