# One image for all roles; the chart gives each container its role as arguments.
# NODE_IMAGE must hold Node 24 at /usr/local/bin/node and be Debian bookworm.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY scripts ./scripts
COPY src ./src
RUN npm run --silent build

FROM ${NODE_IMAGE}
# glusterfs-client mounts; tini reaps the glusterfs processes that mounting leaves behind, also where it is not PID 1.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends glusterfs-client tini util-linux xfsprogs \
  && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log
COPY --from=build /src/dist/ /usr/lib/gluster-csi/
COPY LICENSE /usr/share/doc/gluster-csi/LICENSE

ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="gluster-csi" \
  org.opencontainers.image.description="CSI driver for GlusterFS" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.base.name="node:24-bookworm-slim"

# glibc otherwise keeps what bursts of requests took (docs/adr/0009-small-heap.md).
ENV MALLOC_TRIM_THRESHOLD_=131072

# The controller needs no rights. The node service mounts: its DaemonSet sets runAsUser 0 and privileged.
USER 65532:65532
ENTRYPOINT ["/usr/bin/tini", "-s", "--", "/usr/local/bin/node", "/usr/lib/gluster-csi/gluster-csi.mjs"]
