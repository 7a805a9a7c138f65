# syntax=docker/dockerfile:1
# The program horizon-auth in an image without a shell, a package manager or root.
#
#   docker build -t horizon-auth .
#
# It reads /etc/horizon-auth/horizon-auth.toml, if that is mounted, and the environment; secrets come as files
# (docs/guide/deployment.md). Nothing in the image needs to be written: run it with a read-only root. With SQLite,
# mount a volume at /var/lib/horizon-auth.
#
# To pin an image for good, give its digest, which `docker buildx imagetools inspect IMAGE` prints:
#   docker build --build-arg RUNTIME_IMAGE=gcr.io/distroless/cc-debian13:nonroot@sha256:… .
ARG BUILD_IMAGE=docker.io/library/rust:1.95-slim-trixie
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian13:nonroot

FROM ${BUILD_IMAGE} AS build
ARG TARGETPLATFORM
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY crates crates
# Members of the workspace: without them Cargo.lock would not be the one that was tested.
COPY bench bench
COPY examples examples
COPY node/native node/native
# Dependencies live in caches that outlast a build and are no part of the image. Our own files count as changed
# every time: cargo goes by their age, and a checkout may be older than what the cache was made from.
RUN --mount=type=cache,id=horizon-auth-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=horizon-auth-target-${TARGETPLATFORM},target=/src/target,sharing=locked \
    find Cargo.toml crates -type f -exec touch {} + \
    && cargo build --release --locked -p horizon-auth-server \
    && install -D -m 0755 target/release/horizon-auth /out/horizon-auth \
    && install -d -m 0700 /out/data \
    && install -d -m 0755 /out/etc

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Horizon Auth" \
      org.opencontainers.image.description="Authentication service: passwords, access tokens, rotating refresh tokens, revocation." \
      org.opencontainers.image.source="https://github.com/ofeklabs/horizon-auth" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /out/horizon-auth /usr/local/bin/horizon-auth
# A new volume takes its owner from here.
COPY --from=build --chown=65532:65532 /out/data /var/lib/horizon-auth
# The program looks for horizon-auth.toml in the current folder, `docker exec` included.
COPY --from=build --chown=65532:65532 /out/etc /etc/horizon-auth
WORKDIR /etc/horizon-auth
# Inside a container the loopback is of no use; what is reachable from outside is up to whoever publishes ports.
ENV HORIZON_AUTH__LISTEN=0.0.0.0:3000
# By number, so that `runAsNonRoot` can tell that it is not root.
USER 65532:65532
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/usr/local/bin/horizon-auth", "health"]
ENTRYPOINT ["/usr/local/bin/horizon-auth"]
CMD ["serve"]
