#!/usr/bin/env bash
# Looks through Dockerfile and chart for known mistakes: scripts/ci/deployment.sh TOOLS
# TOOLS as filled by scripts/ci/tools.sh. What .checkov.yaml lets pass, it says why.
set -euo pipefail
tools=${1:?usage: scripts/ci/deployment.sh TOOLS}
cd "$(dirname "$0")/../.."
"$tools/linters/bin/hadolint" Dockerfile
rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
digest=sha256:$(printf '%064d' 0)
for values in helm/nestor/ci/*-values.yaml; do
  "$tools/helm" template nestor helm/nestor --namespace scoring --kube-version 1.36.3 \
    --values "$values" --set "image.digest=$digest,image.gpuDigest=$digest" \
    >"$rendered/$(basename "$values")"
done
"$tools/linters/bin/checkov" --config-file .checkov.yaml --file Dockerfile --framework dockerfile
"$tools/linters/bin/checkov" --config-file .checkov.yaml --directory "$rendered" --framework kubernetes
