#!/bin/sh
# Builds what the container image holds into a folder: the program with the component beside it, and the page.
# The Dockerfile runs it; it does without a container as well: deploy/image.sh /tmp/image
set -eu
image=$1
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}

cargo xtask wasm
cargo build --release --locked --package sectionist-cli

mkdir -p "$image/usr/bin" "$image/usr/share/sectionist" "$image/cache"
cp "$target/release/sectionist" "$target/wasm32-wasip2/component/sectionist_service.wasm" "$image/usr/bin/"
for part in css src pkg index.html style.css sw.js manifest.webmanifest icon.svg icon-192.png icon-512.png; do
    cp -R "web-demo/$part" "$image/usr/share/sectionist/"
done
# The user of the image writes compiled components here.
chmod 777 "$image/cache"
du -sh "$image"
