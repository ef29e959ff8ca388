//! The OAuth 2.0 service in the bindings that have no tests of their own: a token is stored, refreshed and revoked.

use std::fs;

use nativeflow_stub::Options;

use super::{Commands, Host, Place, printed, with_stub};
use crate::support::{needs, own_stub, root};

pub(super) fn checks(folder: &'static str, program: &str, build: Commands, run: &[&str]) {
    let host = Host { name: folder, version: &[], folder, build: &[], tests: &[], run: &[] };
    let place = Place::new(&program.replace('.', "-"));
    let work = place.build(&host);
    fs::copy(root().join("tests/hosts").join(program), work.join(program)).unwrap();
    let (stub, ca) = own_stub(Options::default());
    for words in build.iter().copied().chain([run]) {
        let filled: Vec<String> = words.iter().map(|word| with_stub(word, &stub, &ca)).collect();
        let filled: Vec<&str> = filled.iter().map(String::as_str).collect();
        let output = place.command(&filled).current_dir(&work).output().unwrap();
        assert!(output.status.success(), "{words:?}\n{}", printed(&output));
    }
}

#[test]
fn pascal_stores_refreshes_and_revokes_a_token() {
    needs!("fpc");
    let build: Commands = &[&["fpc", "-l-", "-v0ewn", "-Sewn", "-O2", "-Fl{prefix}/lib", "oauth2.pas"]];
    checks("pascal", "oauth2.pas", build, &["./oauth2", "{base-url}", "{ca-file}"]);
}

#[test]
fn cobol_stores_refreshes_and_revokes_a_token() {
    needs!("cobc");
    let build: Commands = &[&["cobc", "-x", "-Wall", "-Wextra", "-Werror", "-o", "oauth2", "oauth2.cob"]];
    let loads = ["COB_PRE_LOAD=libnativeflow", "COB_LIBRARY_PATH={prefix}/lib"];
    checks("cobol", "oauth2.cob", build, &["env", loads[0], loads[1], "./oauth2", "{base-url}", "{ca-file}"]);
}
