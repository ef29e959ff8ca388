//! `packaging/check-release.sh` accepts a commit that can be released, and reports the fault of any other.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{needs, outside_cargo, root, scratch};

/// A change to a project that is ready.
type Change = Box<dyn Fn(&Path)>;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn git(project: &Path, args: &[&str]) {
    let who = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(who).args(args).current_dir(project).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn check(project: &Path) -> Output {
    outside_cargo("packaging/check-release.sh").arg(VERSION).current_dir(project).output().unwrap()
}

/// Creates a repository with the files that the script reads. The newest entries of its changelog are those of a release.
fn ready_to_be_tagged(name: &str) -> PathBuf {
    let project = scratch(&format!("release-{name}"));
    let _ = fs::remove_dir_all(&project);
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "stub/Cargo.toml",
        "bindings/node/package.json",
        "include/nativeflow.h",
        "abi/nativeflow.symbols",
        "CHANGELOG.md",
        "packaging/check-release.sh",
    ] {
        let copy = project.join(file);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(root().join(file), copy).unwrap();
    }
    let changelog = fs::read_to_string(project.join("CHANGELOG.md")).unwrap();
    let released = changelog.replacen("## [Unreleased]", &format!("## [Unreleased]\n\n## [{VERSION}] - 2026-12-01"), 1);
    assert_ne!(changelog, released);
    fs::write(project.join("CHANGELOG.md"), released).unwrap();
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--message", "release"]);
    project
}

fn tag(project: &Path) {
    git(project, &["tag", "--annotate", &format!("v{VERSION}"), "--message", VERSION]);
}

#[test]
fn tagged_commit_with_consistent_versions_is_accepted() {
    needs!("git");
    let project = ready_to_be_tagged("good");
    tag(&project);
    let output = check(&project);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn fault_of_a_commit_is_reported() {
    needs!("git");
    let change = |file: &'static str, from: String, to: &'static str| {
        move |project: &Path| {
            let text = fs::read_to_string(project.join(file)).unwrap();
            let changed = text.replacen(&from, to, 1);
            assert_ne!(text, changed, "{file}: {from}");
            fs::write(project.join(file), changed).unwrap();
            git(project, &["commit", "--quiet", "--all", "--message", "change"]);
            tag(project);
        }
    };
    let version = |before: &str, after: &str| format!("{before}{VERSION}{after}");
    let cases: [(&str, Change); 7] = [
        ("there is no tag", Box::new(|_| ())),
        (
            "Cargo.toml has version 9.9.9",
            Box::new(change("Cargo.toml", version("version = \"", "\""), "version = \"9.9.9\"")),
        ),
        (
            "stub/Cargo.toml has",
            Box::new(change("stub/Cargo.toml", version("version = \"", "\""), "version = \"9.9.9\"")),
        ),
        (
            "contains \"Since 99.0\"",
            Box::new(change("include/nativeflow.h", " * Since 0.1.".to_owned(), " * Since 99.0.")),
        ),
        ("CHANGELOG.md has no line", Box::new(change("CHANGELOG.md", "2026-12-01".to_owned(), "soon"))),
        ("does not mention nf_code_name", Box::new(change("CHANGELOG.md", "`nf_code_name`".to_owned(), ""))),
        (
            "uncommitted",
            Box::new(|project| {
                tag(project);
                fs::write(project.join("new"), "").unwrap();
            }),
        ),
    ];
    for (number, (complaint, prepare)) in cases.iter().enumerate() {
        let project = ready_to_be_tagged(&format!("bad-{number}"));
        prepare(&project);
        let output = check(&project);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && stderr.contains(complaint), "{complaint}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{complaint}: {stderr}");
    }
}
