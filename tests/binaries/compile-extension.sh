#!/bin/sh
# usage: compile-extension.sh <name>
# Compiles /extension/source.tar as php/Dockerfile does, with the headers of Debian's packages. Writes
# /extension/<name>.so. Runs in the image of the stage `packages`.
set -eu
# Their dependencies are not needed for the headers.
dpkg --install --force-depends /extension/packages/*.deb > /tmp/dpkg.log 2>&1 || {
  cat /tmp/dpkg.log >&2
  echo "error: Debian's packages for $1 cannot be installed. The message of dpkg is above." >&2
  exit 1
}
# shellcheck source=/dev/null
. /base/compile/flags.env
export CFLAGS="$HARDENED_CFLAGS $BASE_CFLAGS" LDFLAGS="$HARDENED_LDFLAGS"
mkdir -p "$BUILD_DIR/$1"
cd "$BUILD_DIR/$1"
tar -xf /extension/source.tar --strip-components=1
# Debian's archives contain the package's folder beside package.xml.
if [ ! -e config.m4 ]; then cd "$(dirname "$(find . -name config.m4 | head -n 1)")"; fi
"$(ls /usr/bin/phpize[0-9]*)"
./configure --with-php-config="$(ls /usr/bin/php-config[0-9]*)"
make -j"$(nproc)"
strip --strip-unneeded "modules/$1.so"
cp "modules/$1.so" /extension/
