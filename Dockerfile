# Nestor in a container. Targets: cpu (default) and gpu. docs/deploy.md has the commands.
#
# A release names its bases by digest: --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:… and
# --build-arg RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot@sha256:…
ARG NODE_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

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

# --- cpu: what `docker build .` makes -----------------------------------------------------------
FROM runtime AS cpu
