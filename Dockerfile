# Nestor in a container. Targets: cpu (default) and gpu. docs/deploy.md has the commands.
#
# A release names its bases by digest: --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:… and
# --build-arg RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot@sha256:…
ARG NODE_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot
ARG CUDA_IMAGE=nvidia/cuda:13.1.1-cudnn-runtime-ubuntu24.04

# --- base of the building stages -----------------------------------------------------------------
FROM ${NODE_IMAGE} AS npm
WORKDIR /build
# Two optional secrets, for networks with a certificate authority or a package registry of their own:
# --secret id=ca,src=ca.pem --secret id=npmrc,src=.npmrc
ENV NPM_CONFIG_USERCONFIG=/run/secrets/npmrc NPM_CONFIG_UPDATE_NOTIFIER=false \
    ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json .npmrc ./
RUN printf '%s\n' '[ ! -s /run/secrets/ca ] || export NODE_EXTRA_CA_CERTS=/run/secrets/ca' \
      '[ ! -s /run/secrets/ca ] || export NPM_CONFIG_CAFILE=/run/secrets/ca' > /run/authority

# --- packages: what serving needs, for this platform alone, and the account of it ----------------
FROM npm AS packages
RUN --mount=type=secret,id=ca --mount=type=secret,id=npmrc --mount=type=cache,target=/root/.npm \
    . /run/authority && npm ci --omit=dev --no-progress
ARG CYCLONEDX=6.0.1
RUN --mount=type=secret,id=ca --mount=type=secret,id=npmrc --mount=type=cache,target=/root/.npm \
    . /run/authority && npx --yes "@cyclonedx/cyclonedx-npm@${CYCLONEDX}" --package-lock-only \
      --omit dev --output-format JSON --output-file sbom.json
COPY scripts/licences.mjs ./
RUN node licences.mjs > THIRD-PARTY-LICENCES.txt
# ONNX Runtime brings the libraries of every platform: 290 MB, of which one needs 45. The compiler is an
# optional peer that npm keeps; maps and declarations serve readers of the source.
RUN rm -rf node_modules/typescript node_modules/.bin \
 && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 3 -type d ! -path '*/linux' \
      ! -path "*/linux/$(node -p process.arch)" -prune -exec rm -rf {} + \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' \
      -o -name '*.d.cts' \) -delete

# --- code ------------------------------------------------------------------------------------------
FROM npm AS code
RUN --mount=type=secret,id=ca --mount=type=secret,id=npmrc --mount=type=cache,target=/root/.npm \
    . /run/authority && npm ci --no-progress
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY src src
RUN npm run build && find dist -name '*.map' -delete

# --- runtime: no shell, no package manager, a user without rights -----------------------------
FROM ${RUNTIME_IMAGE} AS runtime
WORKDIR /app
COPY --from=packages /build/package.json /build/sbom.json /build/THIRD-PARTY-LICENCES.txt ./
COPY LICENSE ./
COPY --from=packages /build/node_modules node_modules
COPY --from=code /build/dist dist
COPY models models
# Nothing that the native packages need was left out.
RUN ["/nodejs/bin/node", "--input-type=module", "--eval", \
     "import 'onnxruntime-node'; import 'sharp'; import '@napi-rs/image';"]
ENV NODE_ENV=production MODELS_DIR=/app/models
EXPOSE 8443
# By number: Kubernetes cannot tell whether a named user is root.
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["/nodejs/bin/node", "/app/dist/cli/health.js"]
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/cli/nestor.js"]
CMD ["serve"]
ARG VERSION=0.0.0-dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Nestor" \
      org.opencontainers.image.description="Real-time scoring of Python models behind one secure REST API" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# --- gpu: the same with CUDA, cuDNN and ONNX Runtime's provider for them; x86-64 only -----------
FROM ${CUDA_IMAGE} AS cuda

FROM npm AS provider
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip \
 && rm -rf /var/lib/apt/lists/*
COPY --from=packages /build/node_modules/onnxruntime-node/package.json runtime.json
# The wheel of the same release holds the provider that the npm package is too small for. Its own
# installer would fetch it from a feed that not every network reaches.
ARG PROVIDER_VERSION=1.30.0
ARG PROVIDER_SHA256=6acc0f4b3d5ac5f2984432faa59dd8fcce6775f8b43a7140afa0f322c7a703b1
RUN --mount=type=secret,id=ca \
    . /run/authority && export PIP_CERT="${NODE_EXTRA_CA_CERTS:-}" \
 && { [ "$(node -p 'require("./runtime.json").version')" = "$PROVIDER_VERSION" ] \
      || { echo "PROVIDER_VERSION is not that of onnxruntime-node" >&2; exit 1; }; } \
 && echo "onnxruntime-gpu==$PROVIDER_VERSION --hash=sha256:$PROVIDER_SHA256" > provider.txt \
 && python3 -m pip download --quiet --no-deps --require-hashes --only-binary=:all: \
      --python-version 3.12 --implementation cp --platform manylinux_2_28_x86_64 \
      --dest wheel --requirement provider.txt \
 && python3 -m zipfile --extract wheel/*.whl wheel

# A library that is missing, or of another major version of CUDA, ends the build in this stage.
FROM ${NODE_IMAGE} AS cuda-libraries
WORKDIR /opt/cuda
COPY --from=cuda /usr/local/cuda/lib64/libcublas.so.13 /usr/local/cuda/lib64/libcublasLt.so.13 \
     /usr/local/cuda/lib64/libcudart.so.13 /usr/local/cuda/lib64/libcufft.so.12 \
     /usr/local/cuda/lib64/libcurand.so.10 /usr/local/cuda/lib64/libnvJitLink.so.13 \
     /usr/local/cuda/lib64/libnvrtc.so.13 /usr/local/cuda/lib64/libnvrtc-builtins.so.13.* \
     /usr/lib/x86_64-linux-gnu/libcudnn*.so.9 ./
WORKDIR /opt/onnxruntime
COPY --from=packages /build/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/ ./
COPY --from=provider /build/wheel/onnxruntime/capi/libonnxruntime_providers_cuda.so \
     /build/wheel/onnxruntime/capi/libonnxruntime_providers_shared.so ./
# libcuda.so.1 is the driver's: the node brings it.
RUN LD_LIBRARY_PATH=/opt/cuda:/opt/onnxruntime ldd /opt/cuda/* /opt/onnxruntime/*.so* > /tmp/found \
 && sed -n -e '/libcuda\.so\.1 /d' -e '/not found/p' /tmp/found > /tmp/missing \
 && { [ ! -s /tmp/missing ] || { sort -u /tmp/missing >&2; exit 1; }; }

FROM runtime AS gpu
COPY --from=cuda-libraries /opt/cuda /opt/cuda
COPY --from=cuda-libraries /opt/onnxruntime/libonnxruntime_providers_cuda.so \
     /opt/onnxruntime/libonnxruntime_providers_shared.so \
     /app/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/
ENV LD_LIBRARY_PATH=/opt/cuda EXECUTION_PROVIDERS=cuda,cpu \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility

# --- cpu: what `docker build .` makes -----------------------------------------------------------
FROM runtime AS cpu
