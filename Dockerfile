# One image for all roles; the chart gives each container its role as arguments. The gateway's role runs on storage
# servers, beside glusterd, and not from this image.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
ARG DEBIAN_IMAGE=docker.io/library/debian:bookworm-slim

FROM ${NODE_IMAGE} AS node

FROM node AS bundle
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# For machines that reach the npm registry by another name: `--secret id=npmrc,src=FILE`, and npm-ca for its certificate.
RUN --mount=type=secret,id=npmrc,target=/usr/local/etc/npmrc --mount=type=secret,id=npm-ca \
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY scripts/build.ts scripts/setup.mjs ./scripts/
COPY scripts/setup/*.ts ./scripts/setup/
COPY src ./src
RUN npm run --silent build

FROM ${DEBIAN_IMAGE} AS native
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
# V8's symbols, which only a debugger reads, are a seventh of the program.
COPY --from=node /usr/local/bin/node /out/node
RUN strip /out/node
COPY src/native /src
RUN for source in /src/*.c; do \
    gcc -std=c11 -O2 -static -s -Wall -Wextra -Werror -o "/out/$(basename "$source" .c)" "$source" || exit 1; \
  done

FROM ${DEBIAN_IMAGE}
# What mounting takes: glusterfs, mount and umount, and tini, which reaps the glusterfs processes that mounting leaves
# behind, also where it is not PID 1. Debian's glusterfs-client depends on what only servers and geo-replication use:
# Python, ICU and libxml2 (glusterd reads volfiles of hooks with it), OpenSSL's command. These stay out.
# open-iscsi is for nodes that have none (--iscsid own). It depends on udev, which is the host's, and its installation
# makes a name of an initiator, which every node would have.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends --download-only \
    e2fsprogs glusterfs-client mount open-iscsi tini util-linux xfsprogs \
  && cd /var/cache/apt/archives \
  && rm --force ca-certificates_* libexpat1_* libicu72_* libncursesw6_* libnsl2_* libpython3* libreadline8_* \
    libsqlite3-0_* libxml2_* media-types_* openssl_* psmisc_* python3* readline-common_* udev_* \
  && dpkg --force-depends --install ./*.deb \
  && rm --force /etc/iscsi/initiatorname.iscsi \
  && glusterfs --version \
  && cd / && rm --recursive --force /var/cache/apt /var/cache/debconf/* /var/lib/apt/lists/* /var/log/* /usr/share/man
COPY --from=native /out/node /usr/local/bin/node
COPY --from=native /out/remount /out/in-cgroup /out/freeze /out/brick-file /out/clean-brick /out/own-blocks /usr/libexec/gluster-csi/
COPY --from=bundle /src/dist/ /usr/lib/gluster-csi/
COPY LICENSE /usr/share/doc/gluster-csi/LICENSE

# glibc otherwise keeps what bursts of requests took (docs/adr/0009-small-heap.md).
ENV MALLOC_TRIM_THRESHOLD_=131072
# The controller needs no rights. The pods of node and mounter set runAsUser 0 and privileged.
USER 65532:65532
ENTRYPOINT ["/usr/bin/tini", "-s", "--", "/usr/local/bin/node", "/usr/lib/gluster-csi/gluster-csi.mjs"]

ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="gluster-csi" \
  org.opencontainers.image.description="CSI driver for GlusterFS" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim"
