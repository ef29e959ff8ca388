# shellcheck shell=sh
# Sourced by what builds the library: what Rust needs to be told, for this machine or for another $target.

# Panics tell the place in the source. Without these the library would hold the paths of the machine that built it, and
# another machine would make another file. Divided as paths are not: they may have blanks.
registry=${CARGO_HOME:-$HOME/.cargo}/registry/src
# shellcheck disable=SC2086 # nothing or two words
${CARGO:-cargo} fetch --quiet --locked ${target:+--target $target}
between=$(printf '\037')
flags=$(printf %s "${RUSTFLAGS:-}" | tr ' ' "$between")
for crates in "$registry"/*; do
    flags="$flags${flags:+$between}--remap-path-prefix=$crates=crates"
done

# The standard library for another target than the machine's own is built from its source, unless it is here
# (`rustup target add`): by $RUSTC, if it has the source, or else by Debian's compiler (rustc-web, rust-web-src).
std=
if [ -n "${target:-}" ] && [ ! -d "$("${RUSTC:-rustc}" --print target-libdir --target "$target")" ]; then
    source=lib/rustlib/src/rust
    RUSTC=${RUSTC:-rustc}
    [ -d "$("$RUSTC" --print sysroot)/$source/library" ] || RUSTC=/usr/bin/rustc
    export RUSTC
    if [ ! -d "$("$RUSTC" --print sysroot 2>/dev/null)/$source/library" ]; then
        echo "no Rust standard library for $target, and no source of one (on Debian: rustc-web, rust-web-src)" >&2
        exit 1
    fi
    flags="$flags$between--remap-path-prefix=$("$RUSTC" --print sysroot)/$source=rust"
    # shellcheck disable=SC2034 # for the script that sources this
    std=-Zbuild-std=std,panic_unwind
    # So that a stable compiler builds its own standard library.
    export RUSTC_BOOTSTRAP=1
fi
export CARGO_ENCODED_RUSTFLAGS="$flags"
