#!/usr/bin/env bash
# Checks everything: formatting, clippy with warnings denied, all tests, and the example. Runs every step even when an
# earlier one failed, says at the end which failed, and then exits with 1.
#
# Wants a Rust toolchain with rustfmt and clippy, and a C compiler (SQLite is built from source), nothing else: PDFs are
# rendered and barcodes are read back in Rust, and the tests that need a terminal bring their own. So nothing is
# installed here.
#
# One profile, release, serves all steps and the benchmarks, so that SQLite is compiled once.
#
# SCANTRAIL_REFERENCE_VECTORS may name a folder with further scan vectors; without it the tests use their own.
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

missing=0
# need WHAT COMMAND...: the command must run; rustup has a stand-in for parts that are not installed, which fails.
need() {
    local what=$1
    shift
    if ! "$@" > /dev/null 2>&1; then
        echo "missing: $what" >&2
        missing=1
    fi
}
need "cargo. Install Rust: https://rustup.rs" cargo --version
need "rustfmt. Install it with: rustup component add rustfmt" cargo fmt --version
need "clippy. Install it with: rustup component add clippy" cargo clippy --version
need "a C compiler. On Debian or Ubuntu, install it with: apt-get install gcc libc6-dev" ${CC:-cc} --version
if [[ $missing -ne 0 ]]; then
    exit 1
fi

failed=()
step() {
    local name=$1
    shift
    printf '\n== %s: %s\n' "$name" "$*"
    if ! "$@"; then
        failed+=("$name")
        printf '== %s FAILED\n' "$name"
    fi
}

step "formatting" cargo fmt --check
step "clippy" cargo clippy --release --all-targets --locked -- -D warnings
step "tests" cargo test --release --locked --no-fail-fast

# The example uses the program that the tests were run with: without the tests' dependencies cargo would build some crates
# anew with fewer features. Where there is none, the example builds its own.
SCANTRAIL_BINARY=$(cargo test --release --locked --no-run --test docs --message-format=json 2> /dev/null |
    sed -n 's/.*"executable":"\([^"]*\/scantrail\)".*/\1/p')
export SCANTRAIL_BINARY
step "example" examples/first-day.sh

echo
if [[ ${#failed[@]} -gt 0 ]]; then
    printf 'FAILED: %s\n' "${failed[@]}"
    exit 1
fi
echo "All is well: formatting, clippy, tests, example."
