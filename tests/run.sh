#!/usr/bin/env bash
# Checks everything: formatting, clippy with warnings denied, all tests, and the example. Runs every step even when an
# earlier one failed, says at the end which failed, and then exits with 1.
#
# Wants a Rust toolchain with rustfmt and clippy, a C compiler (SQLite is built from source), and PostgreSQL, which it
# installs on Debian and Ubuntu where there is none (as root, or by sudo). Nothing else: PDFs are rendered and barcodes are
# read back in Rust, and the tests that need a terminal bring their own.
#
# One PostgreSQL server of its own, on loopback, serves the whole run; it is stopped and removed at the end. The tests of
# what a person or a script sees run twice, once on each engine.
#
# One profile, release, serves all steps and the benchmarks, so that SQLite is compiled once; here without link-time
# optimisation, which takes longer than the tests.
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
tests/postgresql.sh install || missing=1
if [[ $missing -ne 0 ]]; then
    exit 1
fi

export CARGO_PROFILE_RELEASE_LTO=off

server=$(mktemp -d) || exit 1
trap 'tests/postgresql.sh stop "$server"; rm -rf "$server"' EXIT
trap 'exit 130' INT TERM HUP
SCANTRAIL_TEST_POSTGRESQL=$(tests/postgresql.sh start "$server") || exit 1
export SCANTRAIL_TEST_POSTGRESQL

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

# The tests that are the same on both engines, and run on SQLite above. Those of PostgreSQL itself, of copying and of how the
# engines agree bring both along, and ran there too.
both_engines=(--test commands --test races --test kills --test history_is_fixed --test histories
    --test schema_steps)
step "tests on PostgreSQL" env SCANTRAIL_TEST_ENGINE=postgresql \
    cargo test --release --locked --no-fail-fast "${both_engines[@]}"

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
echo "All is well: formatting, clippy, tests on both engines, example."
