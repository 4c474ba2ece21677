#!/usr/bin/env bash
# Starts a Docker engine of its own and gives it the base images of the Dockerfile.
#
#   scripts/ci/docker.sh DIR    DIR/docker.sock, DIR/docker.pid, DIR/docker.log
#
# For machines that build without a service manager: needs root and apt. Base images come from their
# registries; where none can be reached, stand-ins are made of Debian's packages and the Node binary
# that npm serves, of the same layout. They differ in size; the build and the run are real.
set -euo pipefail

dir=${1:?usage: scripts/ci/docker.sh DIR}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/nestor-ci
readonly NODE=24.21.0 NPM=11.21.2 SUITE=bookworm
readonly BUILD_IMAGE=node:24-bookworm-slim
readonly FINAL_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot
mkdir -p "$dir" "$cache"

install_engine() {
  [ -x /usr/sbin/dockerd ] && command -v debootstrap >/dev/null && return
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io debootstrap
} >"$dir/apt.log" 2>&1

# No bridge and no rules: containers share the network of this machine, whose tables stay as they are.
start_engine() {
  setsid /usr/sbin/dockerd --host "unix://$dir/docker.sock" --pidfile "$dir/docker.pid" \
    --data-root "$dir/data" --exec-root "$dir/exec" --bridge none --iptables=false \
    --ip-forward=false >"$dir/docker.log" 2>&1 &
  export DOCKER_HOST="unix://$dir/docker.sock"
  for _ in $(seq 100); do
    /usr/bin/docker version >/dev/null 2>&1 && return
    sleep 0.2
  done
  echo 'The Docker engine did not start:' >&2
  tail -n 20 "$dir/docker.log" >&2
  return 1
}

# A Debian of the least size with Node and npm where the official image has them.
make_build_root() {
  local root=$1 mirror
  mirror=$(sed -n 's/^URIs: //p;s/^deb \([^[ ]*\) .*/\1/p' /etc/apt/sources.list.d/*.sources \
    /etc/apt/sources.list 2>/dev/null | head -n 1)
  debootstrap --variant=minbase --include=ca-certificates,libstdc++6 "$SUITE" "$root" "$mirror"
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  local packages=$root/usr/local/lib/node_modules
  mkdir -p "$packages/npm" "$root.node"
  (cd "$root.node" && npm pack --silent "node-linux-$(node -p process.arch)@$NODE" "npm@$NPM")
  tar -xzf "$root.node"/node-linux-*.tgz -C "$root.node" --strip-components 1
  tar -xzf "$root.node"/npm-*.tgz -C "$packages/npm" --strip-components 1
  install -m 755 "$root.node/bin/node" "$root/usr/local/bin/node"
  for tool in npm npx; do
    chmod 755 "$packages/npm/bin/$tool-cli.js"
    ln -s "../lib/node_modules/npm/bin/$tool-cli.js" "$root/usr/local/bin/$tool"
  done
}

# The files of Google's image: libraries, certificates and Node; no shell, no package manager.
make_final_root() {
  local root=$1 node=$2
  mkdir -p "$root.deb" "$root"/{nodejs/bin,home/nonroot,etc/ssl/certs,tmp}
  (cd "$root.deb" && apt-get download -q base-files netbase tzdata ca-certificates libc6 libssl3 \
    libstdc++6 libgcc-s1 libgomp1)
  for package in "$root.deb"/*.deb; do dpkg -x "$package" "$root"; done
  rm -rf "$root"/usr/share/{doc,man}
  install -m 755 "$node" "$root/nodejs/bin/node"
  find "$root/usr/share/ca-certificates" -name '*.crt' -exec cat {} + \
    >"$root/etc/ssl/certs/ca-certificates.crt"
  printf '%s\n' root:x:0:0:root:/root:/sbin/nologin \
    nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin >"$root/etc/passwd"
  printf '%s\n' root:x:0: nonroot:x:65532: >"$root/etc/group"
  chown 65532:65532 "$root/home/nonroot"
  chmod 1777 "$root/tmp"
}

make_stand_ins() {
  local work=$dir/roots
  mkdir -p "$work"
  make_build_root "$work/build"
  make_final_root "$work/final" "$work/build/usr/local/bin/node"
  for name in build final; do
    tar -C "$work/$name" --numeric-owner -cf "$cache/$name.tar.new" .
    mv "$cache/$name.tar.new" "$(stand_in $name)"
  done
  rm -rf "$work"
} >"$dir/stand-ins.log" 2>&1

stand_in() { echo "$cache/$1-$SUITE-node$NODE.tar"; }

import() {
  local name=$1 image=$2
  shift 2
  /usr/bin/docker import "$@" "$(stand_in "$name")" "$image" >/dev/null
}

base_images() {
  local path=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  if timeout 60 /usr/bin/docker pull -q "$FINAL_IMAGE" >/dev/null 2>&1 &&
    timeout 60 /usr/bin/docker pull -q "$BUILD_IMAGE" >/dev/null 2>&1; then
    return
  fi
  echo 'The base images cannot be pulled: stand-ins are used.' >&2
  { [ -f "$(stand_in build)" ] && [ -f "$(stand_in final)" ]; } || make_stand_ins || {
    tail -n 20 "$dir/stand-ins.log" >&2
    return 1
  }
  import build "$BUILD_IMAGE" -c "ENV $path" -c 'CMD ["node"]'
  import final "$FINAL_IMAGE" -c "ENV $path" -c 'WORKDIR /home/nonroot' -c 'USER 65532' \
    -c 'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt' -c 'ENTRYPOINT ["/nodejs/bin/node"]'
}

install_engine
start_engine
base_images
