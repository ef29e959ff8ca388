//! The bindings that promise the whole of `nativeflow.h` have all of it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// The lines of a list of what is promised.
fn promised(list: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("abi").join(list)).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

/// Number and name.
fn codes() -> Vec<(String, String)> {
    let lines = promised("nativeflow.codes").into_iter();
    lines.filter_map(|line| line.split_once(' ').map(|(code, name)| (code.to_owned(), name.to_owned()))).collect()
}

/// All text of a binding.
fn text_of(folder: &Path) -> String {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let texts = entries.iter().map(|path| match path.is_dir() {
        true => text_of(path),
        false => fs::read_to_string(path).unwrap(),
    });
    texts.collect::<Vec<String>>().join("\n")
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

/// Each function by its own name, but for those that a binding has no use for. Go takes its codes from C.
#[test]
fn the_whole_bindings_have_every_function_and_code() {
    for (binding, without) in [
        // By way of Client, AppendValue and the code.
        ("go", ["nf_get_token", "nf_token_copy_value", "nf_error_name"].as_slice()),
        ("java", &[]),
        ("node", &[]),
        ("pascal", &[]),
        ("cobol", &[]),
        ("dotnet", &[]),
    ] {
        let text = text_of(&root().join("bindings").join(binding));
        // Languages spell constants in their own ways: NF-DENIED, Denied, DENIED.
        let plain = |word: &str| word.replace(['_', '-'], "").to_lowercase();
        let all = plain(&text);
        for (code, name) in codes() {
            let is_there = all.contains(&plain(name.trim_start_matches("NF_")));
            assert!(is_there && (binding == "go" || has_word(&text, &code)), "bindings/{binding} lacks {name} {code}");
        }
        let missing: Vec<String> = promised("nativeflow.symbols")
            .into_iter()
            .filter(|name| !has_word(&text, name) && !without.contains(&name.as_str()))
            .collect();
        assert!(missing.is_empty(), "bindings/{binding} lacks {}", missing.join(", "));
    }
}
