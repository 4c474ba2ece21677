#!/bin/sh
# Builds the image: scripts/image.sh [arguments of docker build]
#
#   scripts/image.sh --tag registry.example.com/nestor:1.2.3 --build-arg VERSION=1.2.3
#
# Hands on, as secrets that stay out of the image, the certificate authority in NODE_EXTRA_CA_CERTS and
# the user's .npmrc, where there are any.
set -eu
cd "$(dirname "$0")/.."
ca=${NODE_EXTRA_CA_CERTS:-}
npmrc=${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}
[ ! -s "$npmrc" ] || set -- --secret "id=npmrc,src=$npmrc" "$@"
[ ! -s "$ca" ] || set -- --secret "id=ca,src=$ca" "$@"
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
DOCKER_BUILDKIT=1 exec "${DOCKER:-docker}" build --build-arg "REVISION=$revision" "$@" .
