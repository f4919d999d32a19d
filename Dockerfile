# creditsync with its engine: docker build -t creditsync .
# The image names are plain: whoever builds decides where they come from, and so do npm and go.

# The engine's library, fetched and checked against the pinned SHA-256 by the same script as `make build` uses.
FROM node:22-bookworm-slim AS engine
WORKDIR /src
COPY scripts/libchdb.sh scripts/libchdb.sha256 scripts/
RUN CREDITSYNC_CACHE=/cache scripts/libchdb.sh && mv /cache/libchdb-*/libchdb.so /libchdb.so

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /creditsync ./cmd/creditsync

# Debian, not scratch: the library needs glibc, schedules and days need the time zones.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --home-dir /srv/creditsync --create-home --shell /usr/sbin/nologin creditsync
COPY --from=engine /libchdb.so /usr/lib/creditsync/libchdb.so
COPY --from=build /creditsync /usr/bin/creditsync
ENV LANG=zh_CN.UTF-8
USER 10001:10001
WORKDIR /srv/creditsync
# creditsync.yaml, inbox and data_dir: mount the folder that holds them. The keys are in data_dir: back them up.
VOLUME /srv/creditsync
# SIGTERM ends a run cleanly within 10 s.
STOPSIGNAL SIGTERM
# A run ends by itself and its exit status says how it went: there is no server here to ask for its health.
HEALTHCHECK NONE
ENTRYPOINT ["creditsync"]
CMD ["run"]
