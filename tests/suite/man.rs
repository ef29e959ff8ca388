//! The manual pages contain the whole text of the header, and formatters accept them without warnings.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nativeflow_stub::{Options, User};

use crate::support::{self, Build, Program, needs, root, scratch};

/// The names on one of the lists in `abi`.
fn listed(list: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("abi").join(list)).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn write_pages(awk: &[&str], header: &Path, folder: &Path) -> Output {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    Command::new(awk[0])
        .args(&awk[1..])
        .args(["-v", "version=0.1.0", "-v", "date=2026-01-31", "-v"])
        .arg(format!("directory={}", folder.display()))
        .args(["-v", &format!("examples={}", examples().display())])
        .arg("-f")
        .arg(root().join("packaging/man.awk"))
        .arg(header)
        .output()
        .unwrap()
}

/// The programs on the pages.
fn examples() -> PathBuf {
    root().join("packaging/man")
}

/// The pages of the header, sorted, made for one test by one awk.
fn pages(test: &str, awk: &[&str]) -> Vec<PathBuf> {
    let folder = scratch("man").join(test);
    let output = write_pages(awk, &root().join("include/nativeflow.h"), &folder);
    assert!(output.status.success() && output.stderr.is_empty(), "{awk:?}: {output:?}");
    let mut pages: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    pages
}

fn name(page: &Path) -> &str {
    page.file_stem().unwrap().to_str().unwrap()
}

/// The words that `man` shows.
fn shown(page: &Path) -> String {
    let output = Command::new("man")
        .args(["--no-hyphenation", "-l"])
        .arg(page)
        .env("MANWIDTH", "200")
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The types and callbacks of the header.
fn types() -> Vec<String> {
    let header = fs::read_to_string(root().join("include/nativeflow.h")).unwrap();
    let names = header.lines().filter_map(|line| line.strip_prefix("typedef ")).map(|line| {
        let name = line.strip_prefix("struct ").or_else(|| line.split("(NF_CALL *").nth(1)).unwrap();
        name.split([' ', ')']).next().unwrap().to_owned()
    });
    names.collect()
}

#[test]
fn each_function_and_type_has_a_page_and_the_library_has_one() {
    let types = types();
    assert!(["nf_client", "nf_error", "nf_log_fn"].iter().all(|name| types.contains(&(*name).to_owned())), "{types:?}");
    let mut expected = [listed("nativeflow.symbols"), types].concat();
    expected.push("nativeflow".to_owned());
    expected.sort();
    let pages = pages("names", &["awk"]);
    let mut names: Vec<&str> = pages.iter().map(|page| name(page)).collect();
    names.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn every_awk_writes_the_same_pages() {
    needs!("gawk", "mawk", "busybox");
    let contents = |pages: Vec<PathBuf>| pages.iter().map(|page| fs::read(page).unwrap()).collect::<Vec<_>>();
    let gawk = contents(pages("gawk", &["gawk"]));
    assert!(contents(pages("gawk-posix", &["gawk", "--posix"])) == gawk);
    assert!(contents(pages("mawk", &["mawk"])) == gawk);
    assert!(contents(pages("busybox", &["busybox", "awk"])) == gawk);
}

#[test]
fn man_pages_format_without_warnings() {
    needs!("mandoc", "man");
    for page in pages("lint", &["awk"]) {
        for formatter in [&["mandoc", "-T", "lint", "-W", "warning"][..], &["man", "--warnings=w", "-l"]] {
            let output = Command::new(formatter[0]).args(&formatter[1..]).arg(&page).output().unwrap();
            let warnings = match formatter[0] {
                "mandoc" => output.stdout,
                _ => output.stderr,
            };
            assert!(
                output.status.success() && warnings.is_empty(),
                "{formatter:?}: {}",
                String::from_utf8_lossy(&warnings)
            );
        }
    }
}

/// Written by hand, so they are compared with what the programs print.
#[test]
fn pages_of_programs_name_every_option_and_format_without_warnings() {
    needs!("mandoc");
    let stub = Command::new(support::stub_program()).arg("--help").output().unwrap().stdout;
    let diagnose = Program::compile("examples-c/diagnose.c", Build::Shared).arg("--help").run();
    assert_eq!((diagnose.status.code(), diagnose.stderr.as_str()), (Some(0), ""), "{}", diagnose.stdout);
    for (program, usage) in
        [("nativeflow-stub", String::from_utf8(stub).unwrap()), ("nativeflow-diagnose", diagnose.stdout)]
    {
        let page = fs::read_to_string(examples().join(format!("{program}.1"))).unwrap();
        let options =
            usage.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter(|word| word.starts_with("--"));
        let options: Vec<&str> = options.collect();
        assert!(options.len() >= 4, "{usage}");
        for option in options {
            assert!(page.contains(&option.replace('-', "\\-")), "{program}: {option}");
        }
        let page = page.replace("@DATE@", "2026-01-31").replace("@VERSION@", "0.1.0");
        let file = scratch("man").join(format!("{program}.1"));
        fs::write(&file, page).unwrap();
        let output = Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).arg(file).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Inside of a word, roff reads `\%` as a place to hyphenate.
#[test]
fn name_after_a_parenthesis_is_not_hyphenated() {
    for page in pages("parenthesis", &["awk"]) {
        let text = fs::read_to_string(&page).unwrap();
        assert!(!text.contains(r"(\fB\%"), "{}", page.display());
    }
}

/// `whatis` and `apropos` show this line.
#[test]
fn page_has_a_one_line_summary() {
    needs!("lexgrog");
    for page in pages("whatis", &["awk"]) {
        let output = Command::new("lexgrog").arg(&page).output().unwrap();
        let line = String::from_utf8(output.stdout).unwrap();
        let what = line.split_once(&format!(": \"{} - ", name(&page)));
        let (_, what) = what.unwrap_or_else(|| panic!("{}: {line}", page.display()));
        assert!(what.len() > 10 && !what.contains(['`', '\\']), "{line}");
    }
}

#[test]
fn function_page_has_prototype_text_and_failures() {
    needs!("man");
    let pages = pages("function", &["awk"]);
    let page = shown(pages.iter().find(|page| name(page) == "nf_client_get_token").unwrap());
    for part in [
        "SYNOPSIS #include <nativeflow.h> nf_error *nf_client_get_token(const nf_client *client, const char *key,",
        "DESCRIPTION Gets an access token for a user, from the service that the client uses. key is the consumer key,",
        "RETURN VALUE NULL on success, otherwise an error. Free it with nf_error_free(3).",
        "Fails with NF_DENIED if the server rejects",
        "HISTORY Since 0.1.",
        "SEE ALSO nf_client(3), nf_token(3), nf_error_server_code(3), nf_error_free(3),",
        "nativeflow 0.1.0",
        "2026-01-31",
    ] {
        assert!(page.contains(part), "no {part:?} in:\n{page}");
    }
}

#[test]
fn function_pages_contain_every_word_of_the_comments() {
    needs!("man");
    let header = fs::read_to_string(root().join("include/nativeflow.h")).unwrap().replace('\n', " ");
    let (_, declarations) = header.split_once("extern \"C\" {").unwrap();
    let types = types();
    let is_function = |page: &&PathBuf| name(page) != "nativeflow" && !types.contains(&name(page).to_owned());
    for page in pages("words", &["awk"]).iter().filter(is_function) {
        let before = declarations.split(&format!("{}(", name(page))).next().unwrap();
        let comment = before.rsplit("/**").next().unwrap().split("*/").next().unwrap().replace(['*', '`'], "");
        let text = shown(page).replace(['*', '`'], "").replace("(3)", "");
        for word in comment.split_whitespace() {
            assert!(text.contains(word), "{}: {word} is missing", page.display());
        }
    }
}

#[test]
fn overview_page_has_preamble_codes_and_functions() {
    needs!("man");
    let pages = pages("overview", &["awk"]);
    let overview = shown(pages.iter().find(|page| name(page) == "nativeflow").unwrap());
    let sections = ["QUICK START", "RULES FOR CALLS", "STRINGS", "OWNERSHIP", "THREADS", "SECRETS", "VERSIONS"];
    for part in sections.into_iter().chain([
        r#"fprintf(stderr, "%s: %s. %s\n", nf_error_name(error),"#,
        "created by freed by ------------------------------------------ ---------------",
        "return \"\", 0 or -1",
        "typedef void (NF_CALL *nf_log_fn)(void *user, int32_t level, const char *line);",
        "NF_LOG_WARNING (2) A problem that does not stop the call.",
        "TIMINGS NF_TIMING_LOOKUP (0) Time to look up a host name",
        "NF_TIMING_TLS (2) Time of the TLS handshake with the server.",
        "RESULTS OF A SECRET CALLBACK NF_SECRET_NONE (-1)",
        "NF_CREDENTIAL_AUTHTOKEN (1) The login of a call is the UUID of a company",
        "nf_client(3) A handle of a client, which gets tokens from one service.",
    ]) {
        assert!(overview.contains(part), "no {part:?} in:\n{overview}");
    }
    for code in listed("nativeflow.codes") {
        let (number, name) = code.split_once(' ').unwrap();
        assert!(overview.contains(&format!(" {name} ({number}) ")), "{name}");
    }
    for function in listed("nativeflow.symbols") {
        assert!(overview.contains(&format!(" {function}(3) ")), "{function}");
    }
}

#[test]
fn pages_of_types_refresh_and_revocation_have_an_example() {
    needs!("man");
    let pages = pages("types", &["awk"]);
    for (type_name, parts) in [
        ("nf_client", &["typedef struct nf_client nf_client;", "nf_client_share(3) creates another handle"][..]),
        ("nf_options", &["nf_options_set_proxy(3) sets the proxy"]),
        ("nf_session", &["nf_session_log_in(3)", "nf_session_reject_token(3)", "SEE ALSO nativeflow(3)"]),
        (
            "nf_secret_fn",
            &[
                "typedef int32_t (NF_CALL *nf_secret_fn)(void *user",
                "RESULTS NF_SECRET_NONE (-1)",
                "NF_SECRET_UNAVAILABLE (-2)",
            ],
        ),
        ("nf_token", &["nf_token_value(3) returns the access token"]),
        ("nf_client_refresh_token", &["DESCRIPTION Gets another access token"]),
        ("nf_client_revoke_token", &["DESCRIPTION Revokes a token at the service."]),
        ("nf_error", &["Why a call failed", "nf_error_remedy(3) returns what"]),
        (
            "nf_log_fn",
            &[
                "typedef void (NF_CALL *nf_log_fn)(void *user",
                "NF_LOG_ERROR (1) The call failed.",
                "NF_LOG_INFO (3) A step is finished.",
                "SEE ALSO nf_error_call_id(3), nf_options_set_log(3), nativeflow(3)",
            ],
        ),
    ] {
        let page = shown(pages.iter().find(|page| name(page) == type_name).unwrap());
        assert_eq!(page.contains("LOG LEVELS"), type_name == "nf_log_fn", "{page}");
        let example = fs::read_to_string(examples().join(format!("{type_name}.c"))).unwrap();
        // A page has 80 columns, and a terminal an indent.
        assert!(example.lines().all(|line| line.len() <= 72), "{type_name}");
        let example = format!("EXAMPLES {}", example.split_whitespace().collect::<Vec<_>>().join(" "));
        for part in parts.iter().chain(&[example.as_str()]) {
            assert!(page.contains(part), "no {part:?} in:\n{page}");
        }
    }
    let release = shown(pages.iter().find(|page| name(page) == "nf_release_fn").unwrap());
    assert!(release.contains("nf_options_on_release(3)") && !release.contains("EXAMPLES"), "{release}");
}

#[test]
fn examples_of_the_pages_run() {
    let (stub, ca) = support::stub();
    let user = User::demo();
    let (log, secret) = (scratch("man").join("log"), scratch("man").join("secret"));
    fs::write(&secret, format!("{}\n", user.secret)).unwrap();
    let program = Program::compile("man_examples", Build::Shared);
    let paths = [ca, &log, &secret].map(|path| path.to_str().unwrap());
    let facts = program.args(&[&stub.base_url(), paths[0], paths[1], paths[2]]);
    let facts = facts.lines(&[&user.key, &user.login, &user.secret, &Options::default().client_secret]).run();
    assert!(
        facts.status.success() && facts.stdout.ends_with("all checks passed\n"),
        "{}{}",
        facts.stdout,
        facts.stderr
    );
    for part in ["Authorization: OAuth ", "Base URL: https://localhost:", "Expires: "] {
        assert!(facts.stdout.contains(part), "no {part:?} in:\n{}", facts.stdout);
    }
    for part in ["NF_INVALID_OPTION: ", "NF_DENIED: ", "NF_CONNECT: "] {
        assert!(facts.stderr.contains(part), "no {part:?} in:\n{}", facts.stderr);
    }
}

const ODD: &str = r"/*
 * nativeflow: odd characters.
 *
 * Made by hand.
 *
 * TITLE
 *
 * .TH of a line that is no request, and
 * 'quoted' \fIbackslash.
 *
 *     .literal 'a' `b` \n --option ^ ~
 */
/**
 * Does nothing.
 *
 * Since 0.1.
 */
int nf_odd(void);
";

#[test]
fn formatter_characters_are_shown_literally() {
    needs!("gawk", "mawk", "busybox", "man");
    let work = scratch("man");
    let header = work.join("odd.h");
    fs::write(&header, ODD).unwrap();
    for awk in [&["gawk"][..], &["mawk"], &["busybox", "awk"]] {
        let folder = work.join(format!("odd-{}", awk[0]));
        assert!(write_pages(awk, &header, &folder).status.success());
        let text = shown(&folder.join("nativeflow.3"));
        assert!(
            text.contains(r"TITLE .TH of a line that is no request, and 'quoted' \fIbackslash. .literal"),
            "{text}"
        );
        assert!(text.contains(r".literal 'a' `b` \n --option ^ ~"), "{text}");
    }
}

#[test]
fn function_without_a_comment_is_an_error() {
    needs!("gawk", "mawk", "busybox");
    let work = scratch("man");
    let header = work.join("bare.h");
    fs::write(&header, format!("{ODD}\nNF_MUST_USE\nnf_error *nf_bare(void);\n")).unwrap();
    for awk in [&["gawk"][..], &["mawk"], &["busybox", "awk"]] {
        let output = write_pages(awk, &header, &work.join(format!("bare-{}", awk[0])));
        assert_eq!(output.status.code(), Some(1), "{awk:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("nf_bare"), "{output:?}");
    }
}

/// The make rule writes into target/man.
#[test]
fn make_man_writes_the_pages() {
    let made = support::outside_cargo("make").args(["--silent", "man"]).current_dir(root()).status().unwrap();
    assert!(made.success());
    let page = fs::read_to_string(root().join("target/man/nf_version.3")).unwrap();
    assert!(page.contains(env!("CARGO_PKG_VERSION")), "{page}");
}
