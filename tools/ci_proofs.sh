#!/usr/bin/env bash
# The outside verifier against the program: tools/ci_proofs.sh FUNDFLOW STORE
#
# FUNDFLOW writes heads and bundles of the STORE on which examples/day was played, and of what an operator does then;
# verify.py must hold with all of them, and find every copy that is damaged or of another log.
set -euo pipefail
fundflow=$1 store=$2
verifier="$(dirname "${BASH_SOURCE[0]}")/verify.py"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$(dirname "${BASH_SOURCE[0]}")/../docs/proofs/example.head" "$work/other.head"

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
refused() { # NAME ARGUMENTS: verify.py must find something, and say what was expected where
  local name=$1 code=0
  shift
  python3 "$verifier" "$@" >"$work/out" 2>"$work/err" || code=$?
  [ "$code" -eq 5 ] || fail "verify.py: exit code $code for $name, not 5: $(cat "$work/err")"
  grep -q ': expected .*, found ' "$work/err" || fail "verify.py does not say what is wrong with $name: $(cat "$work/err")"
}
damage() { # FILE: 40 copies, each with one bit flipped, spread over the file
  python3 - "$1" "$work" <<'PYTHON'
import sys
data = open(sys.argv[1], "rb").read()
for copy in range(40):
    damaged = bytearray(data)
    damaged[copy * (len(data) - 1) // 39] ^= 1 << copy % 8
    open(f"{sys.argv[2]}/damaged.{copy}", "wb").write(damaged)
PYTHON
}

"$fundflow" audit head --store "$store" >"$work/earlier.head"
"$fundflow" saga resume D-0026 --operator ci --reason "a later head is wanted" --apply --store "$store" >/dev/null
house=$("$fundflow" audit keygen --name house.example/log "$work/house.key" | grep -o 'house.example/log+[^ ]*' | head -n 1)
auditor=$("$fundflow" audit keygen --name auditor "$work/auditor.key" | grep -o 'auditor+[^ ]*' | head -n 1)
"$fundflow" audit head --sign-key "$work/house.key" --name house.example/log --store "$store" >"$work/today.head"
"$fundflow" audit countersign --sign-key "$work/auditor.key" --name auditor "$work/today.head" >/dev/null
"$fundflow" audit prove D-0001 --store "$store" >"$work/order.bundle"
event=$(sed -n 's/^event_id //p' "$work/order.bundle" | tail -n 1)
"$fundflow" audit prove "$event" --store "$store" >"$work/event.bundle"
"$fundflow" audit prove --from "$work/earlier.head" --to "$work/today.head" --store "$store" >"$work/growth.bundle"
cmp -s "$work/earlier.head" "$work/today.head" && fail "the log did not grow"

python3 "$verifier" --head "$work/today.head" "$work/order.bundle" "$work/event.bundle" "$work/growth.bundle" "$work/today.head"
python3 "$verifier" --head "$work/today.head" --head "$work/today.head.auditor.sig" --key "$house" --key "$auditor" \
  "$work/order.bundle" "$work/today.head"
refused "a head without the auditor's signature" --key "$auditor" "$work/today.head"
python3 "$verifier" --head "$work/earlier.head" "$work/growth.bundle" "$work/order.bundle" >"$work/out"
for file in order.bundle event.bundle growth.bundle today.head; do
  refused "$file of another log" --head "$work/other.head" "$work/$file"
  damage "$work/$file"
  for copy in "$work"/damaged.*; do
    refused "$file, ${copy##*.} of its damaged copies" $([ "$file" != today.head ] || echo --key "$house") "$copy"
  done
done
refused "a bundle under an earlier head" --head "$work/earlier.head" "$work/order.bundle"
echo "verify.py holds with 3 bundles and 2 heads of this program, and finds 160 damaged copies of them"
