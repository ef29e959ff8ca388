//! `make dist`: the archive builds in any directory, and it has the same bytes on every machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::installed::{build_by_cmake, build_by_pkg_config};
use crate::support::{needs, outside_cargo, root, scratch};
use crate::targets::works_with_an_old_c_library;

/// Makes the archive in a copy of the project.
fn archive_of(project: &Path) -> PathBuf {
    let made = outside_cargo("make").args(["--silent", "dist"]).current_dir(project).status();
    assert!(made.unwrap().success(), "make dist");
    let name = format!("nativeflow-{}-linux-{}.tar.gz", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH);
    project.join("target/dist").join(name)
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Copies the current files of the project to another directory.
fn copy_of_the_project(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let copy = format!("git ls-files -z | tar --null -T - -cf - | tar -xf - -C '{}'", folder.display());
    run(Command::new("sh").args(["-c", &copy]).current_dir(root()));
    // Tools are not part of the build or of the comparison.
    fs::create_dir_all(folder.join("target")).unwrap();
    std::os::unix::fs::symlink(root().join("target/zigbuild"), folder.join("target/zigbuild")).unwrap();
}

/// Checks the links of all documents in an archive.
fn links_lead_somewhere(prefix: &Path) {
    let list = Command::new("find").arg(prefix).args(["-name", "*.md"]).output().unwrap();
    let documents = String::from_utf8(list.stdout).unwrap();
    assert!(documents.lines().count() > 8, "{documents}");
    for document in documents.lines().map(Path::new) {
        let text = fs::read_to_string(document).unwrap();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        for target in targets.filter(|target| !target.is_empty() && !target.contains("://")) {
            assert!(document.with_file_name(target).exists(), "{}: {target}", document.display());
        }
    }
}

/// One test, because the archive takes a minute to make.
#[test]
#[ignore = "slow"]
fn archive_is_complete_and_reproducible() {
    needs!("cmake", "pkg-config", "target/zigbuild/bin/cargo-zigbuild");
    let archive = archive_of(root());
    let (folder, name) = (archive.parent().unwrap(), archive.file_name().unwrap().to_str().unwrap());
    run(Command::new("sha256sum").args(["--check", "--strict", &format!("{name}.sha256")]).current_dir(folder));

    let elsewhere = scratch("dist-unpacked");
    let _ = fs::remove_dir_all(&elsewhere);
    fs::create_dir_all(&elsewhere).unwrap();
    run(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&elsewhere));
    let prefix = elsewhere.join(name.trim_end_matches(".tar.gz"));
    build_by_pkg_config(&prefix, "lib");
    build_by_cmake(&prefix);
    for file in [
        "share/man/man3/nf_get_token.3",
        "share/man/man1/nativeflow-stub.1",
        "include/nativeflow.hpp",
        "lib/libnativeflow.so.0",
        "share/doc/nativeflow/LICENSE-MIT",
        "share/doc/nativeflow/examples/diagnose.c",
        "share/doc/nativeflow/stub/README.md",
    ] {
        assert!(prefix.join(file).exists(), "{file}");
    }
    for (program, option) in [("nativeflow-stub", "--version"), ("nativeflow-diagnose", "--help")] {
        let program = prefix.join("bin").join(program);
        let output = Command::new(&program).arg(option).output().unwrap();
        assert!(!output.stdout.is_empty() || output.stderr.starts_with(b"usage: "), "{program:?}: {output:?}");
        works_with_an_old_c_library(&program);
    }
    links_lead_somewhere(&prefix);
    let doc = prefix.join("share/doc/nativeflow");
    assert!(fs::read_to_string(doc.join("NOTICES")).unwrap().contains("BoringSSL"), "ring's");
    assert!(doc.join("bindings/go/go.mod").exists());

    let other = scratch("dist-again").join("in a folder of another name");
    let _ = fs::remove_dir_all(&other);
    copy_of_the_project(&other);
    let date = Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(root()).output().unwrap().stdout;
    let date = String::from_utf8(date).unwrap();
    let made = outside_cargo("make")
        .args(["--silent", "dist", &format!("SOURCE_DATE_EPOCH={}", date.trim())])
        .current_dir(&other)
        .status();
    assert!(made.unwrap().success(), "make dist");
    let again = other.join("target/dist").join(name);
    assert!(fs::read(&archive).unwrap() == fs::read(&again).unwrap(), "{} and {}", archive.display(), again.display());
    fs::remove_dir_all(&other).unwrap();
    fs::remove_dir_all(&elsewhere).unwrap();
}
