#!/usr/bin/env bash
# Installs what test/clients.e2e-spec.ts runs into DIR, unless it is there: scripts/ci/clients.sh DIR
# Needs python3 and npm; prints nothing when all is well.
set -euo pipefail
dir=${1:?usage: scripts/ci/clients.sh DIR}
wanted=$(cd "$(dirname "$0")/../../test/clients" && pwd)
mkdir -p "$dir"

# Each folder ends with a copy of what was asked for: what was broken off, or is another now, is made anew.
for name in python mlserver; do
  cmp -s "$wanted/$name.txt" "$dir/$name/wanted" && continue
  rm -rf "${dir:?}/$name"
  python3 -m venv "$dir/$name"
  "$dir/$name/bin/pip" install -q --disable-pip-version-check -r "$wanted/$name.txt"
  cp "$wanted/$name.txt" "$dir/$name/wanted"
done
if ! cmp -s "$wanted/package.json" "$dir/node/wanted"; then
  rm -rf "$dir/node"
  mkdir "$dir/node"
  cp "$wanted/package.json" "$dir/node/"
  npm install --prefix "$dir/node" --silent --no-audit --no-fund --no-package-lock
  cp "$wanted/package.json" "$dir/node/wanted"
fi
