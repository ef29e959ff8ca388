//! The header matches the sources, and every C and C++ compiler accepts it.

use std::path::Path;

use crate::support::{self, Compiler, needs};

/// The files of the C interface, in the order in which the header shows them.
const SOURCES: &[&str] =
    &["version", "code", "error", "log", "call_facts", "release", "options", "client", "session", "token"];

fn generated() -> String {
    let root = support::root();
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(root.join(format!("src/capi/{source}.rs")));
    }
    let mut text = Vec::new();
    builder.generate().unwrap().write(&mut text);
    complete(&String::from_utf8(text).unwrap())
}

/// Adds the parts that cbindgen cannot write: a calling convention before each name, comments of C90, and function types inside
/// of `extern "C"`.
fn complete(written: &str) -> String {
    const CALL: &str = "NF_CALL ";
    const OPENING: &str = "#ifdef __cplusplus\nextern \"C\" {\n#endif /* __cplusplus */\n\n";
    let mut text = String::new();
    let mut is_inside = false;
    for line in written.lines() {
        let is_code = !line.starts_with([' ', '/', '#']);
        let (before, _) = line.split_once('(').unwrap_or_default();
        let name = before.rfind([' ', '*']).map_or(0, |at| at + 1);
        if is_code && before[name..].starts_with("nf_") {
            text.push_str(&format!("{}{CALL}{}", &before[..name], &line[name..]));
            is_inside = true;
        } else if is_inside {
            // Still aligned with the first parameter.
            text.push_str(&format!("{:width$}{line}", "", width = CALL.len()));
        } else if let Some((name, number)) = line.strip_prefix("#define ").and_then(|rest| rest.split_once(" -")) {
            text.push_str(&format!("#define {name} (-{number})"));
        } else if let Some((code, comment)) = line.split_once("// ").filter(|_| !line.starts_with(" *")) {
            text.push_str(&format!("{}/* {comment} */", code.replace("  ", " ")));
        } else {
            is_inside = is_code && line.starts_with("typedef ") && line.contains(" (*");
            text.push_str(&line.replacen(" (*", &format!(" ({CALL}*"), usize::from(is_inside)));
        }
        text.push('\n');
        is_inside &= !line.ends_with(';');
    }
    let (before, after) = text.split_once(OPENING).unwrap();
    let function_type = before.find(" (NF_CALL *").and_then(|at| before[..at].rfind("/**")).unwrap();
    let (types, function_type) = before.split_at(function_type);
    [types, OPENING, function_type, after].concat()
}

/// `make header` runs this with NATIVEFLOW_WRITE_HEADER set.
#[test]
fn header_matches_the_sources() {
    let path = support::root().join("include/nativeflow.h");
    let generated = generated();
    if std::env::var_os("NATIVEFLOW_WRITE_HEADER").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let first = committed.lines().zip(generated.lines()).find(|(committed, generated)| committed != generated);
    assert!(
        committed == generated,
        "include/nativeflow.h does not match src/capi; run `make header`. First difference: {first:?}"
    );
}

#[test]
fn header_has_short_lines_no_rust_terms_and_since() {
    let header = generated();
    for line in header.lines() {
        assert!(line.chars().count() <= 80 || !line.starts_with(" *"), "longer than 80 columns: {line}");
    }
    for rust in ["Option<", "Result<", "&str", "`Code`", "unsafe", "# Safety", "SAFETY"] {
        assert!(!header.contains(rust), "a Rust term in the header: {rust}");
    }
    let (_, declarations) = header.split_once("extern \"C\" {").unwrap();
    for function in support::declared_functions(&header) {
        let comment = declarations.split(&format!("{function}(")).next().unwrap().rsplit("/**").next().unwrap();
        assert!(comment.contains("Since 0."), "no \"Since\" at {function}");
    }
}

#[test]
fn header_compiles_in_every_standard_alone_and_twice() {
    needs!("c++");
    let folder = support::scratch("header");
    let alone = "#include <nativeflow.h>\nint main(void) { return 0; }\n";
    let twice = "#include <nativeflow.h>\n#include <nativeflow.h>\nint main(void) { return NF_OK; }\n";
    let strict = "-Wall -Wextra -Wpedantic -pedantic-errors -Werror -Wshadow -Wundef -Wconversion";
    let for_c = "-Wstrict-prototypes -Wold-style-definition -Wmissing-prototypes";
    for (compiler, extension, standards, flags) in [
        ("cc", "c", &["c90", "c99", "c11", "c17"][..], for_c),
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

/// With -mrtd the default is stdcall, with the same names in the DLL: the callee would clean up the stack, and so would the
/// caller. A second declaration with another convention does not compile.
#[test]
fn header_is_cdecl_on_32_bit_windows_with_any_default() {
    needs!("i686-w64-mingw32-gcc");
    let folder = support::scratch("header");
    let (source, assembly) = (folder.join("cdecl.c"), folder.join("cdecl.s"));
    let mut text = "#include <nativeflow.h>\n".to_owned();
    for function in support::declared_functions(&generated()) {
        text.push_str(&format!("extern __attribute__((cdecl)) __typeof__({function}) {function};\n"));
    }
    text.push_str("extern __attribute__((cdecl)) void NF_CALL on_line(void *user, int32_t level, const char *line);\n");
    text.push_str("nf_log_fn log_function = on_line;\n");
    text.push_str("extern __attribute__((cdecl)) void NF_CALL on_release(void *user);\n");
    text.push_str("nf_release_fn release_function = on_release;\n");
    text.push_str("void *user;\n");
    text.push_str(
        "void NF_CALL on_line(void *of, int32_t level, const char *line) { user = line && level ? of : 0; }\n",
    );
    text.push_str("void NF_CALL on_release(void *of) { user = of; }\n");
    text.push_str("void by_default(void *of, int32_t level, const char *line) { user = line && level ? of : 0; }\n");
    std::fs::write(&source, text).unwrap();
    let compiler = Compiler::new("i686-w64-mingw32-gcc").args(["-mrtd", "-O1", "-S", "-Wall", "-Wextra", "-Werror"]);
    compiler.source(&source).output(&assembly).run();
    let assembly = std::fs::read_to_string(assembly).unwrap();
    let end_of = |function: &str| {
        let (_, body) = assembly.split_once(&format!("\n_{function}:\n")).unwrap();
        body.lines().find(|line| line.trim_start().starts_with("ret")).unwrap().trim().to_owned()
    };
    assert_eq!([end_of("on_line"), end_of("on_release")], ["ret", "ret"], "the caller cleans up");
    assert!(end_of("by_default").ends_with("$12"), "-mrtd has no effect: {}", end_of("by_default"));
}

#[test]
fn readme_program_compiles() {
    let readme = std::fs::read_to_string(support::root().join("README.md")).unwrap();
    let program = readme.split("```c\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a C program");
    assert!(program.lines().count() <= 30, "the program in the README is too long");
    // With a space, the library rejects it before anything is sent.
    let key = program.split("nf_get_token(\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a consumer key");
    assert!(!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()), "the consumer key {key:?}");
    let path: &Path = &support::scratch("readme").join("readme.c");
    std::fs::write(path, program).unwrap();
    Compiler::c11().source(path).output(&path.with_extension("")).shared().run();
}
