//! nativeflow.dll, as `make windows` builds it: its imports and exports, and the C programs that use it under wine.
//!
//! The 32-bit DLL is only inspected, because Debian 12 has no 32-bit wine without a second architecture of packages.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use nativeflow_stub::User;

use crate::cancellation;
use crate::residue::{self, Patterns};
use crate::support::{self, Compiler, Facts, Program, needs, outside_cargo, root, scratch};

/// `bin`, `lib` and `include` for a processor.
fn folder(processor: &str) -> PathBuf {
    let folder = root().join("target/windows").join(processor);
    static MADE: [OnceLock<()>; 2] = [const { OnceLock::new() }; 2];
    MADE[usize::from(processor == "i686")].get_or_init(|| {
        let made = outside_cargo("packaging/windows.sh").arg(processor).arg(&folder).current_dir(root()).status();
        assert!(made.unwrap().success(), "windows.sh {processor}");
    });
    folder
}

/// All of them are in Windows 7.
const SYSTEM_DLLS: [&str; 7] =
    ["advapi32.dll", "bcrypt.dll", "crypt32.dll", "kernel32.dll", "msvcrt.dll", "ntdll.dll", "ws2_32.dll"];

/// The DLLs that a program or DLL imports, from its headers.
fn needed(headers: &str) -> Vec<String> {
    let names = headers.lines().filter_map(|line| line.split_once("DLL Name: "));
    let mut names: Vec<String> = names.map(|(_, name)| name.to_lowercase()).collect();
    names.sort();
    names.dedup();
    names
}

/// A command of the compiler for Windows, or what it prints.
fn objdump(processor: &str, dll: &Path) -> String {
    let output = Command::new(format!("{processor}-w64-mingw32-objdump")).arg("-p").arg(dll).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "slow"]
fn dll_needs_only_system_dlls_and_exports_the_listed_functions() {
    needs!("x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc", "wine");
    let promised = fs::read_to_string(root().join("abi/nativeflow.symbols")).unwrap();
    let promised: Vec<&str> = promised.lines().filter(|line| !line.starts_with('#')).collect();
    for processor in ["x86_64", "i686"] {
        let dll = folder(processor).join("bin/nativeflow.dll");
        let headers = objdump(processor, &dll);
        assert_eq!(needed(&headers), SYSTEM_DLLS, "{processor}");

        let (_, exports) = headers.split_once("[Ordinal/Name Pointer] Table").expect("a table of exports");
        let names = exports.lines().filter_map(|line| line.trim().strip_prefix('[')?.rsplit(' ').next());
        let names: Vec<&str> = names.filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic())).collect();
        assert_eq!(names, promised, "{processor}");
        let size = fs::metadata(&dll).unwrap().len();
        assert!(size < 2_300_000, "{processor}: {size} bytes");
        // The date of linking would make every archive different. (In another directory it still is: see dist.sh.)
        assert!(
            headers.lines().any(|line| line.starts_with("Time/Date") && line.contains("Thu Jan  1 00:00:00 1970")),
            "{processor}"
        );
        // The path of a debug file would reveal directories of the build machine.
        let home = root().display().to_string();
        let bytes = fs::read(&dll).unwrap();
        assert!(!bytes.windows(home.len()).any(|part| part == home.as_bytes()), "{processor}: {home} is in the DLL");
    }
}

/// A C program for Windows, with the DLL in its directory.
fn compile(name: &str, sources: &[&str]) -> Program {
    let dll = folder("x86_64");
    let work = scratch("windows").join(format!("{name}-{}", std::process::id()));
    fs::create_dir_all(&work).unwrap();
    fs::copy(dll.join("bin/nativeflow.dll"), work.join("nativeflow.dll")).unwrap();
    let program = work.join(format!("{name}.exe"));
    let mut compiler = Compiler::new("x86_64-w64-mingw32-gcc");
    for source in sources {
        compiler = compiler.source(&root().join(source));
    }
    compiler
        .args(["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-DNF_DLL"])
        // Names of POSIX, and printf of C99.
        .args(["-D_POSIX_C_SOURCE=200809L", "-D__USE_MINGW_ANSI_STDIO=1"])
        .source(&dll.join("lib/libnativeflow.dll.a"))
        .args(["-static"])
        .output(&program)
        .run();
    under_wine(Program::new(program, format!("{name} (Windows)")))
}

fn under_wine(program: Program) -> Program {
    program.under(&["wine"]).under(&["env", &prefix(), "WINEDEBUG=-all"])
}

/// The directory that wine uses as its disk.
fn prefix() -> String {
    static MADE: OnceLock<String> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = scratch("wine");
        // The second command waits until all processes of the first have ended.
        for command in [["wine", "wineboot"], ["wineserver", "--wait"]] {
            let mut made = Command::new(command[0]);
            let made = made.arg(command[1]).env("WINEPREFIX", &folder).env("WINEDEBUG", "-all").output().unwrap();
            assert!(made.status.success(), "{command:?}");
        }
        format!("WINEPREFIX={}", folder.display())
    })
    .clone()
}

/// A path as a program under wine knows it.
fn on_disk_z(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}

/// Runs the example for the demo user, with this secret.
fn gets_a_token(example: Program, secret: &str) -> Facts {
    let (stub, ca) = support::stub();
    let user = User::demo();
    example.args(&[&stub.base_url(), &user.key, &user.login, &on_disk_z(ca)]).lines(&[secret]).run()
}

#[test]
#[ignore = "slow"]
fn example_gets_a_token_and_a_rejection() {
    needs!("x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc", "wine");
    let token = gets_a_token(compile("get_token", &["examples-c/get_token.c"]), &User::demo().secret);
    assert!(token.status.success(), "{}", token.stderr);
    for part in ["token:    ", "expires:  20", "instance: https://localhost:"] {
        assert!(token.stdout.contains(part), "{}", token.stdout);
    }
    let refusal = gets_a_token(compile("get_token", &["examples-c/get_token.c"]), "a wrong secret");
    assert_eq!(refusal.status.code(), Some(1));
    assert!(refusal.stderr.contains("NF_DENIED: ") && refusal.stderr.contains("Do not retry"), "{}", refusal.stderr);
}

/// wine uses the root certificates of its system, which do not contain that of the stub.
#[test]
#[ignore = "slow"]
fn system_store_is_used_without_a_ca_file() {
    needs!("x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc", "wine");
    let (stub, _) = support::stub();
    let facts = compile("untrusted", &["examples-c/get_token.c"])
        .args(&[&stub.base_url(), "key", "login@example.com"])
        .lines(&["secret"])
        .run();
    assert!(facts.stderr.contains("NF_TLS_UNTRUSTED: "), "{}", facts.stderr);
    assert!(facts.stderr.contains("CN=nativeflow-stub"), "whose certificate it is: {}", facts.stderr);
}

#[test]
#[ignore = "slow"]
fn c_programs_pass_with_the_dll() {
    needs!("x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc", "wine");
    let (stub, ca) = support::stub();
    let user = User::demo();
    let (url, ca) = (stub.base_url(), on_disk_z(ca));
    for (name, more) in [("arguments", &[] as &[&str]), ("lifetimes", &[]), ("threads", &["0"]), ("nothing", &[])] {
        let source = format!("tests/c/{name}.c");
        let program = compile(name, &[&source]);
        let arguments = [&[url.as_str(), &ca], more].concat();
        program.args(&arguments).lines(&[&user.key, &user.login, &user.secret]).must_pass();
    }
}

/// On Windows a datagram wakes the call.
#[test]
#[ignore = "slow"]
fn call_is_cancelled_from_another_thread() {
    needs!("x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc", "wine");
    let program = compile("cancelling", &["tests/c/cancelling.c"]);
    // The clock of Windows has steps of 16 ms.
    cancellation::with_arguments(program, &on_disk_z(support::stub().1), "50").must_pass();
}

#[test]
#[ignore = "slow"]
fn call_returns_soon_after_its_deadline() {
    needs!("x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc", "wine");
    let (stub, ca) = support::stub();
    let program = compile("call", &["tests/c/call.c"]);
    // The best of three, because the machine may be busy.
    let over = (0..3).map(|_| {
        let settings = [
            format!("url={}", stub.scenario_url("silence-after-tls")),
            format!("ca={}", on_disk_z(ca)),
            "key=key".to_owned(),
            "login=login@example.com".to_owned(),
            "secret=secret".to_owned(),
            "timeout_ms=700".to_owned(),
        ];
        let facts = program.again_with(&[], &[], &settings);
        let pairs = facts.pairs();
        assert_eq!(pairs.get("code").map(|code| code.trim()), Some("NF_TIMEOUT"), "{}{}", facts.stdout, facts.stderr);
        pairs["over_ms"].trim().parse::<f64>().unwrap()
    });
    let over: Vec<f64> = over.collect();
    assert!(over.iter().any(|over| (0.0..20.0).contains(over)), "{over:?}");
}

const CMAKE_LISTS: &str = "cmake_minimum_required(VERSION 3.10)
project(user C)
find_package(nativeflow 0.1 REQUIRED)
add_executable(program ${EXAMPLE})
target_link_libraries(program PRIVATE nativeflow::shared)
";

/// By pkg-config and by CMake, both with the compiler for Windows.
#[test]
#[ignore = "slow"]
fn windows_archive_is_complete() {
    needs!("x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc", "wine");
    let made = outside_cargo("make").args(["--silent", "dist", "TARGET=x86_64-windows"]).current_dir(root()).status();
    assert!(made.unwrap().success(), "make dist");
    let elsewhere = scratch("dist windows");
    let _ = fs::remove_dir_all(&elsewhere);
    fs::create_dir_all(&elsewhere).unwrap();
    let name = format!("nativeflow-{}-windows-x86_64", env!("CARGO_PKG_VERSION"));
    let archive = root().join("target/dist").join(format!("{name}.tar.gz"));
    let run = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(&elsewhere));
    // A name without spaces, because this test splits the flags of pkg-config at spaces.
    let prefix = scratch("dist-windows");
    let _ = fs::remove_dir_all(&prefix);
    fs::rename(elsewhere.join(&name), &prefix).unwrap();

    let flags = run(Command::new("pkg-config")
        .args(["--cflags", "--libs", "nativeflow"])
        .env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")));
    let example = root().join("examples-c/get_token.c");
    let by_pkg_config = prefix.join("bin/by-pkg-config.exe");
    Compiler::bare("x86_64-w64-mingw32-gcc")
        .source(&example)
        .output(&by_pkg_config)
        .args(flags.split_whitespace())
        .run();

    let (source, build) = (prefix.join("source"), prefix.join("build"));
    fs::create_dir(&source).unwrap();
    fs::write(source.join("CMakeLists.txt"), CMAKE_LISTS).unwrap();
    run(Command::new("cmake")
        .args(["-DCMAKE_SYSTEM_NAME=Windows", "-DCMAKE_C_COMPILER=x86_64-w64-mingw32-gcc"])
        .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()))
        .arg(format!("-DEXAMPLE={}", example.display()))
        .arg("-S")
        .arg(&source)
        .arg("-B")
        .arg(&build));
    run(Command::new("cmake").arg("--build").arg(&build));
    let by_cmake = prefix.join("bin/by-cmake.exe");
    fs::rename(build.join("program.exe"), &by_cmake).unwrap();
    for program in [by_pkg_config, by_cmake] {
        let facts = gets_a_token(
            under_wine(Program::new(program, "get_token (Windows, archive)".to_owned())),
            &User::demo().secret,
        );
        assert!(facts.status.success() && facts.stdout.contains("token:    "), "{}{}", facts.stdout, facts.stderr);
    }
    programs_of_the_archive_work(&prefix);
}

/// The mock server of the archive responds to its diagnose.
fn programs_of_the_archive_work(prefix: &Path) {
    let bin = prefix.join("bin");
    for program in ["nativeflow-stub.exe", "nativeflow-diagnose.exe"] {
        let mut needed = needed(&objdump("x86_64", &bin.join(program)));
        needed.retain(|dll| dll != "nativeflow.dll" && !SYSTEM_DLLS.contains(&dll.as_str()));
        // Others that are in Windows 7.
        needed.retain(|dll| !["userenv.dll"].contains(&dll.as_str()));
        assert!(needed.is_empty(), "{program}: {needed:?}");
    }
    let ca = on_disk_z(&prefix.join("ca.pem"));
    let mut stub = Command::new("wine");
    stub.arg(bin.join("nativeflow-stub.exe")).args([
        "--ca-file",
        &ca,
        "--max-requests",
        "1",
        "--idle-exit",
        "60",
        "--quiet",
    ]);
    let disk = self::prefix().replace("WINEPREFIX=", "");
    let mut stub = stub.env("WINEPREFIX", disk).env("WINEDEBUG", "-all").stdout(Stdio::piped()).spawn().unwrap();
    let mut ready = String::new();
    BufReader::new(stub.stdout.as_mut().unwrap()).read_line(&mut ready).unwrap();
    let url = ready.split(' ').nth(2).unwrap_or_else(|| panic!("{ready:?}"));
    let user = User::demo();
    let diagnose =
        Program::new(bin.join("nativeflow-diagnose.exe"), "nativeflow-diagnose (Windows, archive)".to_owned());
    let facts = under_wine(diagnose)
        .args(&["--base-url", url, "--ca-file", &ca, &user.key, &user.login])
        .lines(&[&user.secret])
        .run();
    assert!(facts.status.success() && facts.stdout.contains("Received a token"), "{}{}", facts.stdout, facts.stderr);
    assert!(stub.wait().unwrap().success(), "it ends after one request");
}

/// Searches the process' own memory with ReadProcessMemory: private pages, modules and mapped files, before and after all objects
/// are freed.
#[test]
#[ignore = "slow"]
fn no_secret_is_left_in_memory() {
    needs!("x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc", "wine");
    let place = residue::place();
    let host = compile(
        "residue",
        &[
            "tests/windows/residue.c",
            "tests/windows/scan.c",
            "tests/residue/windows.c",
            "tests/residue/brief.c",
            "tests/residue/report.c",
        ],
    );
    let url = |name: &str| place.stub.scenario_url(name);
    for (name, code, url) in [
        ("ok", "NF_OK", url("ok")),
        ("denied", "NF_DENIED", url("denied")),
        ("truncated-xml", "NF_MALFORMED", url("truncated-xml")),
        ("silence-after-tls", "NF_TIMEOUT", url("silence-after-tls")),
        ("closed-port", "NF_CONNECT", "https://127.0.0.1:1".to_owned()),
    ] {
        let calls = if code == "NF_TIMEOUT" { "2" } else { "8" };
        let brief = Patterns::new(&place.user).brief();
        let args = [name, &url, &on_disk_z(&place.ca), calls].map(str::to_owned);
        let facts = host.again_with(&[], &args, &brief);
        let stdout = &facts.stdout;
        assert!(
            facts.status.success() && stdout.contains(&format!("code {name} {code} {calls}")),
            "{stdout}{}",
            facts.stderr
        );
        // Windows found before the first call are there by chance: letters of "test", or the alphabet of Base64.
        let number = |start: String| {
            let line = stdout.lines().find_map(|line| line.strip_prefix(&start));
            line.map_or(0, |rest| rest.trim().split(' ').next().unwrap().parse::<usize>().unwrap())
        };
        for line in stdout.lines().filter_map(|line| line.strip_prefix(&format!("found {name} "))) {
            let [when, pattern, part, windows, _] = line.trim().split(' ').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let by_chance = number(format!("found {name} before {pattern} {part} "));
            let scans = number(format!("scanned {name} {when} "));
            assert!(scans > 0 && windows.parse::<usize>().unwrap() <= by_chance * scans, "{stdout}");
        }
        for when in ["returned", "freed", "closed"] {
            assert!(number(format!("scanned {name} {when} ")) > 0, "{stdout}");
        }
        let controls = stdout.lines().filter_map(|line| line.strip_prefix("control ")?.rsplit(' ').next());
        let controls: Vec<usize> = controls.map(|windows| windows.parse().unwrap()).collect();
        // 28 characters have 21 windows.
        assert!(controls.len() == 3 && controls.iter().all(|&windows| windows >= 21), "{name}: {stdout}");
        assert!(!stdout.contains("unreadable"), "{name}: {stdout}");
    }
}
