#!/bin/sh
# Checks all tools of a command before it starts. Names all that are missing, and fails. Otherwise prints the command and its duration.
#
#     packaging/needs.sh COMMAND DURATION TOOL...
#
# TOOL is rust, std:TARGET (Rust's standard library for a target, or its source), zig, ld:TARGET, mingw:PROCESSOR, nuget, or a
# command. A command that Debian has in a package of another name is written command:package.
set -eu
cd "$(dirname "$0")/.."
command=$1 duration=$2
shift 2
missing=
lacks() { # name, how to get it
    missing="$missing  $1: $2
"
}
is_command() {
    command -v "$1" >/dev/null 2>&1
}

need_rust() {
    version=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    if ! is_command "${CARGO:-cargo}"; then
        lacks "Rust $version" "rustup (https://rustup.rs) installs it"
        return
    fi
    found=$("${CARGO:-cargo}" --version | sed 's/^cargo \([0-9.]*\).*/\1/')
    [ "$(printf '%s\n%s\n' "$version" "$found" | sort -V | head -1)" = "$version" ] ||
        lacks "Rust $version" "this is $found; rustup update"
}

# See rust.sh.
need_std() { # target
    is_command "${RUSTC:-rustc}" || return 0
    [ ! -d "$("${RUSTC:-rustc}" --print target-libdir --target "$1" 2>/dev/null)" ] || return 0
    for compiler in "${RUSTC:-rustc}" /usr/bin/rustc; do
        [ ! -d "$("$compiler" --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library" ] || return 0
    done
    lacks "Rust's standard library for $1" "rustup target add $1, or its source: rustup component add rust-src (on Debian: rustc-web rust-web-src)"
}

need_ld() { # target
    [ "${1%%-*}" != "$(uname -m)" ] || return 0
    name=$(echo "$1" | sed 's/unknown-//')
    is_command "$name-ld" || lacks "$name-ld" "on Debian: binutils-$(echo "$name" | tr _ -)"
}

for tool; do
    case $tool in
    rust) need_rust ;;
    std:*) need_std "${tool#std:}" ;;
    ld:*) need_ld "${tool#ld:}" ;;
    zig)
        # tests/tools.sh installs both here.
        [ -x target/zigbuild/bin/cargo-zigbuild ] || is_command cargo-zigbuild ||
            lacks "cargo-zigbuild and zig" "pip install cargo-zigbuild ziglang"
        ;;
    mingw:*)
        is_command "${tool#mingw:}-w64-mingw32-gcc" || lacks "${tool#mingw:}-w64-mingw32-gcc" "on Debian: gcc-mingw-w64"
        ;;
    nuget)
        [ -e "${NUGET:-target/nuget-exe/node_modules/nuget-exe/nuget-5.8.0.exe}" ] ||
            lacks "NuGet 5" "npm install nuget-exe@5.8.0, and its nuget-5.8.0.exe in \$NUGET"
        ;;
    *)
        is_command "${tool%:*}" || lacks "${tool%:*}" "on Debian: ${tool#*:}"
        ;;
    esac
done

if [ -n "$missing" ]; then
    printf '%s needs tools that are missing:\n%s' "$command" "$missing" >&2
    echo "Nothing was started.${duration:+ It takes $duration.}" >&2
    exit 1
fi
[ -z "$duration" ] || packaging/step.sh "$command: $duration"
