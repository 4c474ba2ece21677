#!/bin/sh
# Makes .cache/compare: Python with the other servers, and a ResNet-152 with random weights.
# Needs Python 3.11 or newer and about 3 GB; index and proxies as pip is configured.
set -eu
cd "$(dirname "$0")/../.."
cache=.cache/compare
[ -d "$cache/venv" ] || python3 -m venv "$cache/venv"
"$cache/venv/bin/pip" install --quiet -r bench/compare/requirements.txt
[ -d "$cache/models/resnet152" ] || "$cache/venv/bin/python" recipes/resnet152/export_torchvision.py \
  --weights random --name resnet152 --out "$cache/models" --labels models/vision/1/labels.tsv
echo "ready: node bench/compare/compare.mjs"
