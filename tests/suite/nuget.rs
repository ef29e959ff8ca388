//! The package for .NET from `make nuget`: its files, and a program that uses only these files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nativeflow_stub::User;

use crate::support::{self, Program, needs, outside_cargo, root, scratch};

/// Kind and processor of a library.
const LIBRARIES: [(&str, &str, Kind); 5] = [
    ("linux-arm64", "libnativeflow.so", Kind::Elf { class: 2, machine: 183 }),
    ("linux-x64", "libnativeflow.so", Kind::Elf { class: 2, machine: 62 }),
    ("linux-x86", "libnativeflow.so", Kind::Elf { class: 1, machine: 3 }),
    ("win-x64", "nativeflow.dll", Kind::Pe { machine: 0x8664 }),
    ("win-x86", "nativeflow.dll", Kind::Pe { machine: 0x14c }),
];

#[derive(Debug, PartialEq)]
enum Kind {
    /// 32 or 64 bits (1 or 2), and the processor.
    Elf {
        class: u8,
        machine: u16,
    },
    Pe {
        machine: u16,
    },
}

impl Kind {
    fn of(file: &Path) -> Kind {
        let bytes = fs::read(file).unwrap();
        let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        if bytes.starts_with(b"\x7fELF") {
            return Kind::Elf { class: bytes[4], machine: word(18) };
        }
        let header = usize::from(word(0x3c));
        assert!(bytes.starts_with(b"MZ") && bytes[header..].starts_with(b"PE\0\0"), "{}", file.display());
        Kind::Pe { machine: word(header + 4) }
    }
}

/// Configuration that the SDK writes for a program that uses the package. CoreCLR loads the library from the named directory.
const DEPENDENCIES: &str = r#"{
  "runtimeTarget": { "name": ".NETCoreApp,Version=v8.0" },
  "targets": { ".NETCoreApp,Version=v8.0": {
    "GetToken/1.0.0": { "dependencies": { "Nativeflow": "0.1.0" }, "runtime": { "GetToken.exe": {} } },
    "Nativeflow/0.1.0": {
      "runtime": { "Nativeflow.dll": {} },
      "runtimeTargets": { "runtimes/linux-x64/native/libnativeflow.so": { "rid": "linux-x64", "assetType": "native" } }
    }
  } },
  "libraries": {
    "GetToken/1.0.0": { "type": "project", "serviceable": false, "sha512": "" },
    "Nativeflow/0.1.0": { "type": "project", "serviceable": false, "sha512": "" }
  }
}"#;

#[test]
#[ignore = "slow"]
fn package_contains_a_library_for_each_system_and_runs() {
    needs!(
        "target/zigbuild/bin/cargo-zigbuild",
        "x86_64-w64-mingw32-gcc",
        "mcs",
        "mono",
        "target/nuget-exe/node_modules"
    );
    let made = outside_cargo("make").arg("nuget").current_dir(root()).output().unwrap();
    let output = String::from_utf8_lossy(&made.stdout) + String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{output}");
    let steps: Vec<&str> = output.lines().map(|line| line.split(':').next().unwrap()).collect();
    let package = format!("Making target/nuget/Nativeflow.{}.nupkg", env!("CARGO_PKG_VERSION"));
    let expected = [
        "make nuget",
        "Building the library for x86_64-unknown-linux-gnu",
        "Building the library for aarch64-unknown-linux-gnu",
        "Building the library for i686-unknown-linux-gnu",
        "Building nativeflow.dll for x86_64",
        "Building nativeflow.dll for i686",
        &package,
    ];
    assert_eq!(steps, expected);
    let work = scratch("nuget");
    fs::remove_dir_all(&work).unwrap();
    let package = work.join("package");
    let file = root().join(format!("target/nuget/Nativeflow.{}.nupkg", env!("CARGO_PKG_VERSION")));
    run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(file).arg(&package));

    assert_eq!(names(&package.join("lib/netstandard2.0")), ["Nativeflow.dll", "Nativeflow.xml"]);
    assert_eq!(names(&package.join("runtimes")), LIBRARIES.map(|(system, ..)| system));
    assert_eq!(names(&package.join("NOTICES")), LIBRARIES.map(|(system, ..)| format!("{system}.txt")));
    for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
        assert!(fs::read(package.join(license)).unwrap() == fs::read(root().join(license)).unwrap(), "{license}");
    }
    for (system, library, kind) in LIBRARIES {
        let folder = package.join("runtimes").join(system).join("native");
        assert_eq!(names(&folder), [library], "{system}");
        assert_eq!(Kind::of(&folder.join(library)), kind, "{system}");
    }

    let (library, dotnet) = ("runtimes/linux-x64/native/libnativeflow.so", root().join("target/dotnet/bin/dotnet"));
    let program = program(&work, &package, "CoreCLR", &[(library, library)]);
    fs::write(program.with_extension("deps.json"), DEPENDENCIES).unwrap();
    let settings = root().join("bindings/dotnet/runtimeconfig.json");
    let host = [dotnet.to_str().unwrap(), "exec", "--runtimeconfig", settings.to_str().unwrap()];
    gets_a_token("C# (CoreCLR)", &host, &program);
    let program = self::program(&work, &package, "Mono", &[(library, "libnativeflow.so")]);
    gets_a_token("C# (Mono)", &["mono"], &program);
}

/// The example, compiled against the package's assembly in its own directory, with files of the package under new names.
fn program(work: &Path, package: &Path, host: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = work.join(host);
    for &(from, to) in files.iter().chain(&[("lib/netstandard2.0/Nativeflow.dll", "Nativeflow.dll")]) {
        let to = folder.join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(package.join(from), to).unwrap();
    }
    let program = folder.join("GetToken.exe");
    let mut compiler = Command::new("mcs");
    compiler.args(["-warn:4", "-warnaserror", "-r:Nativeflow.dll"]).arg(format!("-out:{}", program.display()));
    run(compiler.arg(root().join("bindings/dotnet/GetToken.cs")).current_dir(&folder));
    program
}

fn gets_a_token(name: &str, host: &[&str], program: &Path) {
    let (stub, ca) = support::stub();
    let user = User::demo();
    let arguments = [&stub.base_url(), &user.key, &user.login, ca.to_str().unwrap()];
    let program = Program::new(program.to_owned(), name.to_owned()).counted_as("hosts").under(host);
    let facts = program.args(&arguments).lines(&[&user.secret]).run();
    assert!(
        facts.status.success() && facts.stdout.starts_with("token:    "),
        "{name}: {} {}",
        facts.status,
        facts.stderr
    );
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
