//! The header is what the sources say, and every C and C++ compiler takes it.

use std::path::Path;

use crate::support::{self, Compiler, needs};

/// The files of the C interface, in the order in which the header shows them.
const SOURCES: &[&str] = &["version", "code", "error", "log", "options", "client", "token"];

fn generated() -> String {
    let root = support::root();
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(root.join(format!("src/capi/{source}.rs")));
    }
    let mut text = Vec::new();
    builder.generate().unwrap().write(&mut text);
    String::from_utf8(text).unwrap()
}

/// `make header` runs this with NATIVEFLOW_WRITE_HEADER set.
#[test]
fn the_header_has_not_drifted() {
    let path = support::root().join("include/nativeflow.h");
    let generated = generated();
    if std::env::var_os("NATIVEFLOW_WRITE_HEADER").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let first = committed.lines().zip(generated.lines()).find(|(committed, generated)| committed != generated);
    assert!(
        committed == generated,
        "include/nativeflow.h is not what src/capi says; run `make header`. First: {first:?}"
    );
}

#[test]
fn the_header_is_written_for_people() {
    let header = generated();
    for line in header.lines() {
        assert!(line.chars().count() <= 80 || !line.starts_with(" *"), "longer than 80 columns: {line}");
    }
    for rust in ["Option<", "Result<", "&str", "`Code`", "unsafe", "# Safety", "SAFETY"] {
        assert!(!header.contains(rust), "the header speaks Rust: {rust}");
    }
    let (_, declarations) = header.split_once("extern \"C\" {").unwrap();
    for function in support::declared_functions(&header) {
        let comment = declarations.split(&format!("{function}(")).next().unwrap().rsplit("/**").next().unwrap();
        assert!(comment.contains("Since 0."), "{function} does not say since when it is there");
    }
}

#[test]
fn the_header_compiles_everywhere_alone_and_twice() {
    needs!("c++");
    let folder = support::scratch("header");
    let alone = "#include <nativeflow.h>\nint main(void) { return 0; }\n";
    let twice = "#include <nativeflow.h>\n#include <nativeflow.h>\nint main(void) { return NF_OK; }\n";
    let strict = "-Wall -Wextra -Wpedantic -Werror -Wshadow -Wundef -Wconversion";
    let for_c = "-Wstrict-prototypes -Wold-style-definition -Wmissing-prototypes";
    for (compiler, extension, standards, flags) in [
        ("cc", "c", &["c99", "c11", "c17"][..], for_c),
        ("c++", "cpp", &["c++98", "c++11", "c++14", "c++17", "c++20"][..], "-Wold-style-cast"),
    ] {
        for (name, source) in [("alone", alone), ("twice", twice)] {
            let path = folder.join(format!("{name}.{extension}"));
            std::fs::write(&path, source).unwrap();
            for standard in standards {
                Compiler::new(compiler)
                    .args([&format!("-std={standard}"), "-fsyntax-only"])
                    .args(strict.split(' ').chain(flags.split(' ')))
                    .source(&path)
                    .run();
                support::proved("header variants", format_args!("{standard} {name}"));
            }
        }
    }
}

#[test]
fn the_readme_shows_a_program_that_compiles() {
    let readme = std::fs::read_to_string(support::root().join("README.md")).unwrap();
    let program = readme.split("```c\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a C program");
    assert!(program.lines().count() <= 30, "the README promises a short program");
    let path: &Path = &support::scratch("readme").join("readme.c");
    std::fs::write(path, program).unwrap();
    Compiler::c11().source(path).output(&path.with_extension("")).shared().run();
}
