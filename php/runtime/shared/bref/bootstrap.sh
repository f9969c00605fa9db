#!/bin/sh
# Sourced by each layer's /opt/bootstrap, which first sets BREF_LAYER_RUNTIME to the layer's default runtime. Starts PHP
# in a loop: a function process ends after BREF_LOOP_MAX events (1 by default), and Lambda treats the end of the
# bootstrap as a crash. After a clean exit, PHP starts again. Any other exit ends the bootstrap, so that Lambda sees the
# failure and starts a new environment.
set -e

# php-fpm and the console's `php` are found by PATH. Lambda's PATH contains /opt/bin. In images and emulators it may be
# missing.
case ":$PATH:" in
    *:/opt/bin:*) ;;
    *) export PATH="/opt/bin:${PATH:-/usr/local/bin:/usr/bin:/bin}" ;;
esac

# php.ini sets the path of the certificates for PHP's streams and curl. This variable sets it for libpq, openssl_* and
# child processes. Here and below, the function's own variables win.
if [ -z "$SSL_CERT_FILE" ] && [ -r /opt/bref/ssl/cert.pem ]; then
    export SSL_CERT_FILE=/opt/bref/ssl/cert.pem
fi
# A layer whose base OS is not Lambda's includes its own OpenSSL, which would look for modules and configuration at that
# OS's paths. Only such a layer has this folder. Other layers use the files of Lambda's OS.
if [ -d /opt/lib/ossl-modules ]; then
    export OPENSSL_MODULES="${OPENSSL_MODULES:-/opt/lib/ossl-modules}"
    export OPENSSL_CONF="${OPENSSL_CONF:-/opt/bref/ssl/openssl.cnf}"
fi

# Character sets for iconv that Lambda's glibc lacks.
if [ -d /opt/lib/gconv ]; then
    export GCONV_PATH="${GCONV_PATH:-/opt/lib/gconv}"
fi

# Lambda writes the core dumps of crashes to /tmp, which they fill. The application may raise the limit again.
# shellcheck disable=SC3045 # The shells of all base OSes know this option.
ulimit -S -c 0

# Lambda calls wrapper scripts only for its own runtimes, so this script calls them. As there, a wrapper gets the
# command that starts the runtime as its arguments, and must end with `exec "$@"`. The first name is Bref's older one.
wrapper=${EXPERIMENTAL_AWS_LAMBDA_EXEC_WRAPPER:-$AWS_LAMBDA_EXEC_WRAPPER}

# From here on, "$@" has PHP's options. Lambda passes no arguments to a bootstrap. AWS's emulator may pass the handler's
# name, which is also in _HANDLER.
set --

# One process stays and forks a process for each event (runtime/ForkServer.php). opcache's shared memory outlives the
# forks. It is faster than files in /tmp, which would have to be written during the first event.
if [ "$BREF_FORK" != 0 ]; then
    set -- -d opcache.file_cache_only=0 -d opcache.file_cache=
fi

case ${BREF_RUNTIME:-${RUNTIME_CLASS:-$BREF_LAYER_RUNTIME}} in
    fpm | 'Bref\FpmRuntime\Main' | '\Bref\FpmRuntime\Main')
        # PHP-FPM's own ini values, even if bref/bref starts it. They replace values of bref.ini, so they come after it. The
        # application's values come later and win.
        if [ -z "$PHP_INI_SCAN_DIR" ]; then
            export PHP_INI_SCAN_DIR=/opt/bref/etc/php/conf.d:/opt/bref/etc/php/php-fpm.d:/var/task/php/conf.d
        else
            # Any folder of the function's own list may be the one of bref.ini, so these values come last.
            export PHP_INI_SCAN_DIR="$PHP_INI_SCAN_DIR:/opt/bref/etc/php/php-fpm.d"
        fi
        # shellcheck source=/dev/null
        . /opt/bref/php-fpm-runtime/start-early.sh
        ;;
esac

# So that bootstrap.php writes some messages only once per environment.
export BREF_IS_FIRST_START=1
# stdout and stderr share one stream, so that the log keeps the order of lines.
while true; do
    if [ -z "$wrapper" ]; then
        php "$@" /opt/bref/bootstrap.php 2>&1
    else
        "$wrapper" php "$@" /opt/bref/bootstrap.php 2>&1
    fi
    unset BREF_IS_FIRST_START
done
