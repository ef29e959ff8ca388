//! The Debian packages follow the rules of Debian, are reproducible, and contain all that a build needs.
//!
//! dpkg installs them into a directory, with a copy of the machine's own list of packages. A mount namespace overlays /usr with
//! that directory. The machine itself is not changed.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use nativeflow_stub::User;

use crate::support::{self, NAMESPACES, needs, outside_cargo, root, scratch};

/// Builds the packages again, and returns them by name.
fn made() -> BTreeMap<String, Vec<u8>> {
    let made = outside_cargo("make").args(["--silent", "deb"]).current_dir(root()).output().unwrap();
    assert!(made.status.success() && made.stderr.is_empty(), "{}", String::from_utf8_lossy(&made.stderr));
    let files = fs::read_dir(root().join("target/deb")).unwrap().map(|entry| entry.unwrap().path());
    files.map(|file| (file.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(file).unwrap())).collect()
}

/// `$1` is the directory of the packages, `$2` a working directory; the rest are the arguments of the example.
const STAGE: &str = r#"
set -eu
packages=$1 work=$2
shift 2
root=$work/root
mkdir -p "$root/var/lib/dpkg/updates"
cp -R /var/lib/dpkg/info /var/lib/dpkg/status "$root/var/lib/dpkg"
install() { # what dpkg is to do
    # Triggers would run in that folder, where there is no system.
    dpkg --log="$work/log" --root="$root" --no-triggers --force-unsafe-io "$@" >"$work/output"
}
install --install "$packages"/*.deb
mount -t overlay none -o "lowerdir=$root/usr:/usr" /usr

cc -Wall -Wextra -Werror /usr/share/doc/libnativeflow-dev/examples/get_token.c $(pkg-config --cflags --libs nativeflow) \
    -o "$work/get_token"
printf '#include <nativeflow.hpp>\nint main() { return nf_version_number() == 0; }\n' >"$work/both.cpp"
c++ -std=c++17 -Wall -Wextra -Werror "$work/both.cpp" $(pkg-config --cflags nativeflow) -l:libnativeflow.a \
    $(pkg-config --static --libs-only-l nativeflow | sed 's/-lnativeflow//') -o "$work/both"
"$work/both"
pkg-config --cflags --libs nativeflow
man -w nf_client_get_token
man -w nf_log_fn
man -w nativeflow-stub
man -w nativeflow-diagnose
nativeflow-stub --version
ldd "$work/get_token" | grep -o '/.*/libnativeflow.so.0'
"$work/get_token" "$@"
nativeflow-diagnose --base-url "$1" --ca-file "$4" "$2" "$3" | tail -1

umount --lazy /usr
install --purge libnativeflow-dev libnativeflow0 nativeflow-stub nativeflow-diagnose
find "$root" -path "$root/var" -prune -o ! -type d -print
"#;

#[test]
#[ignore = "slow"]
fn packages_are_valid_and_complete() {
    needs!(NAMESPACES, "c++", "dpkg-gensymbols", "lintian", "pkg-config", "man");
    let made_first = made();
    let names: Vec<&str> = made_first.keys().map(|name| name.split('_').next().unwrap()).collect();
    assert_eq!(names, ["libnativeflow-dev", "libnativeflow0", "nativeflow-diagnose", "nativeflow-stub"]);
    assert!(made() == made_first, "made twice, they differ");

    let packages = root().join("target/deb");
    let files: Vec<_> = made_first.keys().map(|name| packages.join(name)).collect();
    // An entry that closes a bug is required only in packages of Debian itself.
    let lintian = Command::new("lintian")
        .args(["--allow-root", "--fail-on", "error,warning", "--suppress-tags", "initial-upload-closes-no-bugs"])
        .args(&files)
        .output()
        .unwrap();
    assert!(lintian.status.success() && lintian.stdout.is_empty(), "{}", String::from_utf8_lossy(&lintian.stdout));

    builds_and_runs(&packages);
}

fn builds_and_runs(packages: &Path) {
    let work = scratch("deb");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work).unwrap();
    let (stub, ca) = support::stub();
    let (user, url) = (User::demo(), stub.base_url());
    let arguments = [packages.to_str().unwrap(), work.to_str().unwrap(), &url, &user.key, &user.login];
    let mut words = support::in_namespace(STAGE, &arguments);
    words.push(ca.to_str().unwrap());
    // The stub is outside.
    words.retain(|&word| word != "--net");
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // For both programs: each reads one line.
    writeln!(child.stdin.take().unwrap(), "{}\n{}", user.secret, user.secret).unwrap();
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = stdout.lines().collect();
    // Flags, pages, stub, library, token, and the last line of the diagnosis. No file is left afterwards.
    let [flags, function, callback, of_stub, of_diagnose, stub, library, token, _, instance, diagnosis] = lines[..]
    else {
        panic!("{stdout}")
    };
    assert_eq!(flags.trim(), "-lnativeflow", "the system's own folders are named");
    for (page, file) in [
        (function, "man3/nf_client_get_token.3"),
        (callback, "man3/nf_log_fn.3"),
        (of_stub, "man1/nativeflow-stub.1"),
        (of_diagnose, "man1/nativeflow-diagnose.1"),
    ] {
        assert!(page.starts_with(&format!("/usr/share/man/{file}")), "{stdout}");
    }
    assert_eq!(stub, format!("nativeflow-stub {}", env!("CARGO_PKG_VERSION")));
    assert!(diagnosis.starts_with("Received a token"), "{stdout}");
    assert!(library.starts_with("/lib/") || library.starts_with("/usr/lib/"), "{stdout}");
    assert!(token.starts_with("token:    ") && instance.starts_with("instance: "), "{stdout}");
}
