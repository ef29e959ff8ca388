//! Sessions in the bindings that have no tests of their own.

use nativeflow_stub::{Options, User};

use super::oauth2::checks;
use super::{Commands, Host, Place, with_stub};
use crate::support::{needs, own_stub};

#[test]
fn pascal_keeps_a_session() {
    needs!("fpc");
    let build: Commands = &[&["fpc", "-l-", "-v0ewn", "-Sewn", "-O2", "-Fl{prefix}/lib", "session.pas"]];
    checks("pascal", "session.pas", build, &["./session", "{base-url}", "{ca-file}"]);
}

/// The program asks for a secret only when a login is needed, and a refused secret is not sent again.
#[test]
fn cobol_program_asks_for_a_secret_when_a_login_is_needed() {
    needs!("cobc", "pkg-config");
    let host = Host {
        name: "COBOL session",
        version: &[],
        folder: "cobol",
        build: &[&[
            "sh",
            "-c",
            "cobc -x -Wall -Wextra -Werror -fstatic-call -o session session.cob $(pkg-config --libs nativeflow)",
        ]],
        tests: &[],
        run: &["./session", "{base-url}", "{key}", "{login}", "{ca-file}"],
    };
    let place = Place::new("session-cob");
    let work = place.build(&host);
    let (user, wrong) = (User::demo(), "a wrong secret");
    for (secrets, prints, asks) in [
        ([user.secret.as_str(), user.secret.as_str(), wrong], "token\ntoken\ntoken\n", 2),
        ([wrong, wrong, &user.secret], "NF_DENIED\nNF_HELD_BACK\ntoken\n", 3),
    ] {
        let (stub, ca) = own_stub(Options::default());
        let fill =
            |word: &&str| with_stub(word, &stub, &ca).replace("{key}", &user.key).replace("{login}", &user.login);
        let words: Vec<String> = host.run.iter().map(fill).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let facts = place.program(&host, &work, &words, &[]).lines(&secrets).run();
        assert_eq!(facts.stdout, prints, "{}", facts.stderr);
        assert_eq!(facts.stderr, "secret\n".repeat(asks));
    }
}
