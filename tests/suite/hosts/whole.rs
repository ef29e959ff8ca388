//! The bindings that promise all functions and codes of `nativeflow.h` have them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// The lines of a list in `abi`.
fn promised(list: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("abi").join(list)).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

/// Number and name.
fn codes() -> Vec<(String, String)> {
    let lines = promised("nativeflow.codes").into_iter();
    lines.filter_map(|line| line.split_once(' ').map(|(code, name)| (code.to_owned(), name.to_owned()))).collect()
}

/// All text of a binding, except files that a developer has installed or built there.
fn text_of(folder: &Path) -> String {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let texts = entries.iter().filter(|path| !path.ends_with("node_modules")).filter_map(|path| match path.is_dir() {
        true => Some(text_of(path)),
        false => String::from_utf8(fs::read(path).unwrap()).ok(),
    });
    texts.collect::<Vec<String>>().join("\n")
}

fn is_of_a_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_of_a_word) && !text[at + word.len()..].starts_with(is_of_a_word))
}

/// Whether a line is about a name and ends with its value, as the declarations of constants do in all languages here. Each
/// spells the name in its own way: NF-DENIED, Denied, DENIED, ErrDenied.
fn declares(line: &str, name: &str, value: &str) -> bool {
    let plain = |word: &str| word.replace(['_', '-'], "").to_lowercase();
    let short = plain(name.trim_start_matches("NF_"));
    let spellings = [plain(name), format!("err{short}"), short];
    let mut words = line.split(|c| !is_of_a_word(c)).filter(|word| !word.is_empty());
    words.next_back() == Some(value) && words.any(|word| spellings.contains(&plain(word)))
}

/// Each function has its own name in the binding, except functions that the binding does not need. Each code has its own number.
/// Go takes the numbers from C, and has no error for success.
#[test]
fn whole_bindings_have_every_function_and_code() {
    for (binding, without) in [
        // Go uses Client, AppendValue and the code instead.
        ("go", ["nf_get_token", "nf_token_copy_value", "nf_error_name"].as_slice()),
        ("java", &[]),
        // A function of JavaScript cannot run inside a call of C: Node calls it between two calls.
        ("node", &["nf_options_set_secret_callback"]),
        ("pascal", &[]),
        ("cobol", &[]),
        ("dotnet", &[]),
    ] {
        let text = text_of(&root().join("bindings").join(binding));
        for (code, name) in codes().iter().filter(|(code, _)| binding != "go" || code != "0") {
            let value = if binding == "go" { name } else { code };
            assert!(text.lines().any(|line| declares(line, name, value)), "bindings/{binding} lacks {name} = {code}");
        }
        let missing: Vec<String> = promised("nativeflow.symbols")
            .into_iter()
            .filter(|name| !has_word(&text, name) && !without.contains(&name.as_str()))
            .collect();
        assert!(missing.is_empty(), "bindings/{binding} lacks {}", missing.join(", "));
    }
}

fn is_option(function: &str) -> bool {
    let name = function.strip_prefix("nf_options_").unwrap_or_default();
    ["set_", "add_", "use_", "allow_"].iter().any(|verb| name.starts_with(verb))
}

/// The functions that remedies name besides the options.
const OTHERS: [&str; 3] = ["nf_session_log_in", "nf_session_clear_hold", "nf_client_clear_hold"];

/// The bindings replace the names of options in a remedy with their own names, and three other names. Their tests find the
/// options by these beginnings.
#[test]
fn remedies_name_only_functions_that_bindings_replace() {
    let causes = fs::read_to_string(root().join("src/error/cause.rs")).unwrap();
    let remedies: Vec<&str> =
        causes.lines().filter(|line| line.starts_with("        \"") && line.ends_with("\";")).collect();
    let words = remedies.iter().flat_map(|line| line.split(|c| !is_of_a_word(c)));
    let names: Vec<&str> = words.filter(|word| word.starts_with("nf_")).collect();
    let symbols = promised("nativeflow.symbols");
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        assert!((is_option(name) || OTHERS.contains(&name)) && symbols.iter().any(|symbol| symbol == name), "{name}");
    }
    // The other bindings have tests that find all options.
    let cpp = fs::read_to_string(root().join("tests/cpp/wrapper.cpp")).unwrap();
    for option in symbols.iter().filter(|symbol| is_option(symbol)) {
        assert!(cpp.contains(&format!("CHECK_OWN_NAME({option}, ")), "tests/cpp/wrapper.cpp lacks {option}");
    }
}

/// C++ programs call the missing functions directly, because the C++ header includes the C header.
#[test]
fn cpp_header_uses_every_function() {
    let text = fs::read_to_string(root().join("include/nativeflow.hpp")).unwrap();
    let without = ["nf_error_name", "nf_token_copy_value", "nf_version_number"];
    let missing: Vec<String> =
        promised("nativeflow.symbols").into_iter().filter(|name| !has_word(&text, name)).collect();
    assert_eq!(missing, without);
}
