# redan in a small image: a static binary, git for everything that looks at history, and nobody who is root.
#
#   docker build -t redan .
#   docker run --rm -v "$PWD:/work" redan check
FROM rust:1.95-alpine AS build
# Old versions of packages are not kept, so that a pinned one breaks the build.
# hadolint ignore=DL3018
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY catalogue catalogue
COPY crates crates
COPY rules rules
COPY xtask xtask
RUN cargo build --release --locked --bin redan

FROM alpine:3.22
# A mounted repository belongs to somebody else than the user of the image, and git refuses those unless told otherwise.
# hadolint ignore=DL3018
RUN apk add --no-cache git && adduser -D -H -u 10001 redan && git config --system --add safe.directory '*'
COPY --from=build /src/target/release/redan /usr/local/bin/redan
USER 10001:10001
WORKDIR /work
ENTRYPOINT ["redan"]
CMD ["check"]
