//! The commands in the page of each language make a program outside of this project, with only the files that they copy.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use nativeflow_stub::User;

use super::{Place, copy};
use crate::support::{self, Facts, Program, chosen, lacks, needs, root};

/// A block of commands in a page.
struct Guide {
    page: &'static str,
    /// Which block of the page.
    block: usize,
    /// The tools that it needs.
    needs: &'static [&'static str],
    /// Commands that run another program here: name, and what it runs. The placeholders are those of [`Place::fill`].
    replaced: &'static [(&'static str, &'static str)],
    /// How a line begins that the program prints.
    prints: &'static str,
}

const fn guide(page: &'static str, needs: &'static [&'static str]) -> Guide {
    Guide { page, block: 0, needs, replaced: &[], prints: "token:    " }
}

const GO: Guide = Guide {
    replaced: &[("go", "{tools}/bin/go")],
    ..guide("bindings/go/README.md", &["target/hosts/bin/go", "pkg-config"])
};

const GUIDES: &[Guide] = &[
    guide("docs/languages.md", &["cc", "pkg-config"]),
    Guide { prints: "line 1: token, expires ", ..guide("docs/batch.md", &["cc", "pkg-config"]) },
    Guide { block: 1, replaced: GO.replaced, prints: "line 1: token, expires ", ..guide("docs/batch.md", GO.needs) },
    guide("bindings/cpp/README.md", &["c++", "pkg-config"]),
    guide("bindings/dotnet/README.md", &["mcs", "mono"]),
    Guide {
        block: 1,
        replaced: &[("dotnet", "{dotnet}")],
        ..guide("bindings/dotnet/README.md", &["mcs", "target/dotnet/bin/dotnet"])
    },
    GO,
    guide("bindings/cobol/README.md", &["cobc", "pkg-config"]),
    guide("bindings/pascal/README.md", &["fpc", "pkg-config"]),
    guide("bindings/java/README.md", &["java", "javac", "/usr/share/java/jna.jar"]),
    Guide {
        block: 1,
        replaced: &[
            ("java", "{tools}/java/bin/java"),
            // The tests have no compiler of this version.
            ("javac", "ecj -proc:none -nowarn -17 --system {tools}/java"),
        ],
        ..guide("bindings/java/README.md", &["ecj", "target/hosts/java/bin/java"])
    },
    Guide {
        // npm would connect to its registry.
        replaced: &[("npm", "test \"$1\" = install && cp -R {node} . && true"), ("node", "{tools}/bin/node")],
        ..guide("bindings/node/README.md", &["target/hosts/bin/node", "target/node/node_modules"])
    },
    guide("bindings/python/README.md", &["python3"]),
    guide("bindings/php/README.md", &["php"]),
    guide("bindings/perl/README.md", &["perl"]),
    guide("bindings/ruby/README.md", &["ruby"]),
];

impl Guide {
    fn commands(&self) -> String {
        let text = fs::read_to_string(root().join(self.page)).unwrap();
        let blocks = text.split("```sh\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
        let mut blocks = blocks.filter(|block| block.contains("CLONE/"));
        blocks.nth(self.block).unwrap_or_else(|| panic!("{} has no block {}", self.page, self.block)).to_owned()
    }

    /// Runs the commands in an empty directory, with the settings for another prefix if the page has them. The copy of this project is removed when they have taken their files.
    fn run(&self, place: &Place, work: &Path, environment: &[(&str, &str)]) -> Facts {
        let (clone, project, commands) = (work.join("clone"), work.join("project"), work.join("commands"));
        for folder in ["bindings", "examples-c"] {
            copy(&root().join(folder), &clone.join(folder));
        }
        fs::create_dir_all(&project).unwrap();
        fs::create_dir_all(&commands).unwrap();
        for (name, instead) in self.replaced {
            let file = commands.join(name);
            fs::write(&file, format!("#!/bin/sh\n{} \"$@\"\n", place.fill(instead))).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let user = User::demo();
        fs::write(project.join("list"), format!("{},{}\n", user.login, user.secret)).unwrap();
        let text = fs::read_to_string(root().join(self.page)).unwrap();
        let settings = text.lines().find(|line| line.starts_with("export PKG_CONFIG_PATH=PREFIX")).unwrap_or_default();
        let script = format!("{settings}\n{}", self.commands())
            .replace("PREFIX", &place.fill("{prefix}"))
            .replace("CLONE", clone.to_str().unwrap())
            .replace("BASE_URL", &place.fill("{base-url}"))
            .replace("CONSUMER_KEY", &user.key)
            .replace("LOGIN", &user.login)
            .replace("CA_FILE", &place.fill("{ca-file}"));
        let (copies, rest): (Vec<_>, Vec<_>) = script.lines().partition(|line| line.starts_with("cp "));
        let script = format!("{}\nrm -r {}\n{}", copies.join("\n"), clone.display(), rest.join("\n"));
        let path = format!("PATH={}:{}", commands.display(), std::env::var("PATH").unwrap());
        let variables = place.variables().into_iter().filter(|(name, _)| !settings.contains(&format!("{name}=")));
        let variables = variables.map(|(name, value)| format!("{name}={value}"));
        let more = environment.iter().map(|(name, value)| format!("{name}={value}"));
        let program = Program::new("env".into(), self.page.to_owned()).counted_as("guides");
        let program = program.arg("-C").arg(project.to_str().unwrap()).arg(&path);
        let program = variables.chain(more).fold(program, |program, variable| program.arg(&variable));
        ["sh", "-e", "-c", &script].iter().fold(program, |program, arg| program.arg(arg)).lines(&[&user.secret]).run()
    }
}

/// A directory outside of this project, which is removed unless the test fails.
fn in_new_folder<T>(name: &str, run: impl FnOnce(&Path) -> T) -> T {
    let folder = std::env::temp_dir().join(format!("nativeflow-{name}-{}", std::process::id()));
    let result = run(&folder);
    fs::remove_dir_all(&folder).unwrap();
    result
}

#[test]
#[ignore = "slow"]
fn commands_of_each_language_make_a_program_that_gets_a_token() {
    needs!("pkg-config");
    let place = Place::new("guides");
    for guide in chosen(GUIDES, |guide| guide.page.to_owned()) {
        if lacks(guide.needs) {
            continue;
        }
        in_new_folder("guide", |work| {
            let facts = guide.run(&place, work, &[]);
            let what = format!("{}, block {}:\n{}{}", guide.page, guide.block, facts.stdout, facts.stderr);
            assert!(facts.status.success(), "{what}");
            assert!(facts.stdout.lines().any(|line| line.starts_with(guide.prints)), "{what}");
        });
    }
}

#[test]
fn each_binding_has_a_page_with_commands() {
    for folder in fs::read_dir(root().join("bindings")).unwrap().map(|entry| entry.unwrap().path()) {
        let page = format!("bindings/{}/README.md", folder.file_name().unwrap().to_str().unwrap());
        assert!(!folder.is_dir() || GUIDES.iter().any(|guide| guide.page == page), "{page} is not tested");
    }
    for guide in GUIDES {
        assert!(guide.commands().starts_with("cp "), "{}", guide.page);
    }
}

#[test]
#[ignore = "slow"]
fn go_without_cgo_fails_to_compile_with_a_readable_message() {
    needs!("target/hosts/bin/go", "pkg-config");
    let place = Place::new("without-cgo");
    let facts = in_new_folder("without-cgo", |work| GO.run(&place, work, &[("CGO_ENABLED", "0")]));
    assert!(!facts.status.success() && facts.stdout.is_empty(), "{}", facts.stdout);
    assert!(facts.stderr.contains("nativeflow needs cgo: install a C compiler"), "{}", facts.stderr);
}

#[test]
fn python_module_can_be_imported_without_effects() {
    needs!("python3", "pkg-config");
    let place = Place::new("python-module");
    let (stub, _) = support::stub();
    let check = "import get_token as m, sys
for login, secret in [(b'x', b'y\\0'), (b'x\\0', b'y'), (b'x\\0', b'\\0\\0')]:
    login, secret = bytearray(login), bytearray(secret)
    try:
        m.get_token(sys.argv[1].encode(), b'key', login, secret)
    except ValueError:
        assert not any(login) and not any(secret)
    else:
        raise AssertionError
try:
    m.get_token(sys.argv[1].encode(), b'key', bytearray(b'x\\0'), None)
except m.NativeflowError as error:
    print(error.name, error.retry_after_ms)
";
    let mut command = place.command(&["python3", "-c", check, &stub.base_url()]);
    let output =
        command.current_dir(root().join("bindings/python")).env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    assert_eq!(super::printed(&output), "NF_TLS_UNTRUSTED -1\n");
}
