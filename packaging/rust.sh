# shellcheck shell=sh
# Sourced by the scripts that build the library, after needs.sh. Sets the variables of Rust, either for this machine or for $target.

# A terminal shows cargo's progress.
[ -t 2 ] || export CARGO_TERM_QUIET=true

# Panics contain source paths. Without these flags the library would contain paths of the build machine, and builds on
# two machines would differ. The separator cannot occur in a path, but spaces can.
registry=${CARGO_HOME:-$HOME/.cargo}/registry/src
# shellcheck disable=SC2086 # empty or two words
${CARGO:-cargo} fetch --quiet --locked ${target:+--target $target}
between=$(printf '\037')
flags=$(printf %s "${RUSTFLAGS:-}" | tr ' ' "$between")
for crates in "$registry"/*; do
    flags="$flags${flags:+$between}--remap-path-prefix=$crates=crates"
done

# The standard library for another target is built from source, unless it is installed (`rustup target add`). $RUSTC
# builds it if its source is installed, otherwise Debian's compiler (rustc-web, rust-web-src).
std=
if [ -n "${target:-}" ] && [ ! -d "$("${RUSTC:-rustc}" --print target-libdir --target "$target")" ]; then
    source=lib/rustlib/src/rust
    RUSTC=${RUSTC:-rustc}
    [ -d "$("$RUSTC" --print sysroot)/$source/library" ] || RUSTC=/usr/bin/rustc
    export RUSTC
    flags="$flags$between--remap-path-prefix=$("$RUSTC" --print sysroot)/$source=rust"
    # shellcheck disable=SC2034 # used by the script that sources this
    std=-Zbuild-std=std,panic_unwind
    # Allows a stable compiler to build its own standard library.
    export RUSTC_BOOTSTRAP=1
fi
export CARGO_ENCODED_RUSTFLAGS="$flags"
