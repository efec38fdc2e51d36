#!/usr/bin/env bash
# A small wholesaler's first day: goods come in by scan, get labels, are moved, allocated, picked, sold, returned and
# traced. Builds scantrail, works in a database in a temporary folder, and leaves the paper in target/first-day/.
#
# Wants a Rust toolchain and a C compiler, nothing else. May be run again.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# A program that is built already may be named by its absolute path, as tests/run.sh does.
binary=${SCANTRAIL_BINARY:-}
if [[ -z $binary ]]; then
    echo "Building scantrail (the first time, this compiles SQLite too) ..."
    binary=$(cargo build --release --locked --bin scantrail --message-format=json-render-diagnostics |
        sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
fi
if [[ ! -x $binary ]]; then
    echo "there is no program at '$binary'" >&2
    exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=target/first-day
rm -rf "$out"
mkdir -p "$out" "$work/config/scantrail"

# A world of its own: this database, this station, and a clock that is set by hand, so that the goods of the fixtures do
# not expire and the day looks the same whenever it is played.
for name in "${!SCANTRAIL_@}"; do
    unset "$name"
done
export SCANTRAIL_DB=$work/stock.db XDG_CONFIG_HOME=$work/config
printf 'operator = "ann"\nstation = "dock-1"\n' > "$work/config/scantrail/config.toml"

# title TIME TEXT: a step of the day.
title() {
    export SCANTRAIL_NOW=2026-11-23T$1:00+01:00
    printf '\n\n== %s  %s\n' "$1" "$2"
}

# show ARGUMENTS: the command as somebody would type it.
show() {
    local argument
    printf '\n$ scantrail'
    for argument in "$@"; do
        case $argument in
            *" "*) printf ' "%s"' "$argument" ;;
            *) printf ' %s' "$argument" ;;
        esac
    done
    printf '\n'
}

# run ARGUMENTS: shows a command, runs it, shows what it says, and keeps that in $said.
said=""
run() {
    local status=0
    show "$@"
    said=$("$binary" "$@" 2>&1) || status=$?
    printf '%s\n' "$said"
    if [[ $status -ne 0 ]]; then
        echo "exit $status, but 0 was expected" >&2
        return 1
    fi
}

# refused ARGUMENTS: shows and runs a command that a rule has to refuse, with exit code 3, and keeps in $said what it says.
refused() {
    local status=0
    show "$@"
    said=$("$binary" "$@" 2>&1) || status=$?
    if [[ $status -ne 3 ]]; then
        printf '%s\n' "$said"
        echo "exit $status, but 3 (refused) was expected" >&2
        return 1
    fi
}

# number: the number of the operation that the last command recorded.
number() {
    sed -n 's/^Operation \([0-9]*\) (.*/\1/p' <<< "$said"
}

title 08:00 "Set up: a database, the catalogue, the places, the partners and the open orders"
run init
run import items fixtures/catalogue.csv
run import locations fixtures/locations.csv
run import partners fixtures/partners.csv
run import orders fixtures/orders.csv
run item list

title 08:10 "Labels for the shelves, and the sheet of command scans beside the scanner"
run label location WH1/A-01 WH1/A-02 WH1/B-01 WH1/COLD WH1/STAGING WH1/QUARANTINE --out "$out/places.pdf"
run label commands --out "$out/commands.pdf"

title 08:30 "Acme delivers: scanned in place by place, with a label for every unit"
run receive --po PO-1001 --invoice A-7719 --op-id acme-delivery-7719 \
    --scans fixtures/scans/receive-po-1001.txt --labels "$out/labels-po-1001.pdf"
echo
echo "The network went away, so the station sends the same again. It is recorded once:"
run receive --po PO-1001 --invoice A-7719 --op-id acme-delivery-7719 \
    --scans fixtures/scans/receive-po-1001.txt --labels "$out/labels-po-1001.pdf"

title 09:00 "The dairy delivers: GS1 labels carry item, lot and expiry in one scan"
run receive --po PO-1002 --scans fixtures/scans/receive-po-1002-gs1.txt --labels "$out/labels-po-1002.pdf" --stock 5160

title 09:30 "Some of it moves to another shelf"
run transfer --scans fixtures/scans/transfer.txt
run stock

title 10:00 "An order is allocated: exact units, the milk that expires first, and a pick sheet to scan"
run allocate SO-2001 --sheet "$out/pick-sheet-so-2001.pdf"

title 10:20 "It is picked. The picker takes laptop SN002, and the allocation of SN001 is given back"
run pick --so SO-2001 --scans fixtures/scans/pick-so-2001.txt

title 11:00 "It is shipped as picked, with a packing slip"
run sell --so SO-2001 --picked --invoice R-2026-117 --slip "$out/packing-slip-so-2001.pdf"
run order show SO-2001

title 11:30 "Bob's order: what is there is set aside, what is short is listed"
run allocate SO-2002
run sell --so SO-2002 --invoice R-2026-118 --scans fixtures/scans/sell-so-2002.txt
sale=$(number)

title 13:00 "A delivery full of mistakes: every wrong scan is named, and nothing is written"
refused receive --po PO-1003 --scans fixtures/scans/every-refusal.txt
printf '%s\n' "$said" > "$out/refusals.txt"
head -n 6 "$out/refusals.txt"
echo "..."
tail -n 1 "$out/refusals.txt"

title 14:00 "The clinic sends one screw back. It goes to quarantine, and from there back to Acme"
run return --so SO-2001 --disposition quarantine --reason "wrapping torn" \
    --scans fixtures/scans/return-so-2001.txt --slip "$out/return-slip-so-2001.pdf"
run return --to-supplier ACME --po PO-1001 --reason "wrapping torn" \
    --scans fixtures/scans/return-to-acme.txt --slip "$out/return-slip-acme.pdf"

title 15:00 "Bob changed his mind: the sale is undone by a reversal, and nothing is erased"
run undo "$sale" --reason "customer changed his mind"
echo
echo "What others build on cannot be undone; they are listed:"
refused undo 5 --reason "wrong supplier"
printf '%s\n' "$said"

title 16:00 "Where is it, where has it been, who has it: a serial, a lot, an order"
{
    run trace K7-0002 --pdf "$out/trace-k7-0002.pdf"
    run trace B9 --item MILK-1L --pdf "$out/trace-b9.pdf"
    run trace SO-2001 --kind order --pdf "$out/trace-so-2001.pdf"
} | tee "$out/trace.txt"

title 17:00 "The end of the day, and a backup of it, which could be made while others still scan"
run stock
run log
run copy-db "$SCANTRAIL_DB" "$work/backup/stock-2026-11-23.db"
run --db "$work/backup/stock-2026-11-23.db" trace SN002

cat << END


The day is over. Look at it:

  $out/pick-sheet-so-2001.pdf     scan it line by line into: scantrail pick --so SO-2001
  $out/labels-po-1001.pdf         a label for each unit that Acme delivered (A4, L7160)
  $out/labels-po-1002.pdf         the lots of the dairy (Letter, 5160)
  $out/places.pdf                 the shelves
  $out/commands.pdf               done, cancel, undo the last scan
  $out/packing-slip-so-2001.pdf   what went to the clinic
  $out/return-slip-so-2001.pdf    what came back; return-slip-acme.pdf: what went back
  $out/trace-so-2001.pdf          the whole order; trace-k7-0002.pdf, trace-b9.pdf: one unit, one lot
  $out/trace.txt                  the same three as text
  $out/refusals.txt               every refusal of the bad delivery, with what to do
END
