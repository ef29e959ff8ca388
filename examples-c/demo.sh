#!/bin/sh
# Shows a C program that gets a token over TLS, then a rejected login with message and remedy.
# Called by `make demo`, which builds the library and the mock server.
set -eu
cd "$(dirname "$0")/.."
work=target/demo
mkdir -p "$work"
rm -f "$work/ready"

packaging/step.sh "Compiling examples-c/get_token.c and running it"
cc -std=c11 -O2 -Wall -Wextra -Iinclude examples-c/get_token.c -Ltarget/release -lnativeflow \
    -Wl,-rpath,"$PWD/target/release" -o "$work/get_token"

"${STUB:?path of nativeflow-stub}" --ca-file "$work/ca.pem" --idle-exit 60 --quiet >"$work/ready" &
process=$!
trap 'kill "$process" 2>/dev/null || true' EXIT
until grep -qs ready "$work/ready"; do
    kill -0 "$process" || { echo "the stub did not start" >&2; exit 1; }
    sleep 0.05
done
base=$(cut -d ' ' -f 3 "$work/ready")

# The mock server's demo user (see nativeflow-stub --help).
key=kX3demoConsumerKey0123
login=john_developer@hotmail.com

echo "\$ get_token $base $key $login ca.pem"
# shellcheck disable=SC2016 # the dollar sign is part of the password
printf '%s\n' 'Travel&Expense$2012' | "$work/get_token" "$base" "$key" "$login" "$work/ca.pem"
echo
echo "\$ get_token $base $key $login ca.pem     # with a wrong secret"
if printf '%s\n' 'a wrong secret' | "$work/get_token" "$base" "$key" "$login" "$work/ca.pem" 2>&1; then
    echo "a wrong secret was accepted" >&2
    exit 1
fi
