#!/bin/sh
# Sourced by each layer's /opt/bootstrap, which sets BREF_LAYER_RUNTIME to the layer's own runtime before. Starts PHP,
# again and again: a function process ends after BREF_LOOP_MAX events (1 by default), and Lambda takes the end of the
# bootstrap for a crash. Only a clean exit is followed by another start; anything else ends the bootstrap too, so that
# Lambda sees the fault and starts the environment anew.
set -e

# Lambda's own PATH ends with /opt/bin; images and emulators may have another. PHP-FPM and the console's `php` are
# looked for on it.
case ":$PATH:" in
    *:/opt/bin:*) ;;
    *) export PATH="/opt/bin:${PATH:-/usr/local/bin:/usr/bin:/bin}" ;;
esac

# php.ini tells PHP's own streams and curl where the certificates are; this tells libpq, openssl_* and child processes.
# What the function's settings say goes first, here and below.
if [ -z "$SSL_CERT_FILE" ] && [ -r /opt/bref/ssl/cert.pem ]; then
    export SSL_CERT_FILE=/opt/bref/ssl/cert.pem
fi
# A layer that was built on another OS than Lambda's brings its own OpenSSL, which would look for its modules and its
# configuration where that OS keeps them. Such a layer is known by its modules; on any other, the OS's files apply.
if [ -d /opt/lib/ossl-modules ]; then
    export OPENSSL_MODULES="${OPENSSL_MODULES:-/opt/lib/ossl-modules}"
    export OPENSSL_CONF="${OPENSSL_CONF:-/opt/bref/ssl/openssl.cnf}"
fi

# iconv finds the character sets there that Lambda's glibc lacks; those that it has, it finds as ever.
if [ -d /opt/lib/gconv ]; then
    export GCONV_PATH="${GCONV_PATH:-/opt/lib/gconv}"
fi

# Lambda calls wrapper scripts for its own runtimes only. As there, a wrapper gets the command that starts the
# runtime as its arguments and is expected to end with `exec "$@"`. The first name is Bref's, from before.
wrapper=${EXPERIMENTAL_AWS_LAMBDA_EXEC_WRAPPER:-$AWS_LAMBDA_EXEC_WRAPPER}

# From here on, "$@" is PHP's options. Lambda gives a bootstrap no arguments; AWS's emulator, told which one to run, gives
# it the handler's name, which is in _HANDLER anyway.
set --

# One process stays and forks those that handle a function's events (runtime/Zygote.php): opcache's shared memory
# outlives them, which beats files in /tmp, both to read them and to write them for the first event.
if [ "$BREF_FORK" != 0 ]; then
    set -- -d opcache.file_cache_only=0 -d opcache.file_cache=
fi

# The FPM layer's: php-fpm needs nothing of what PHP is about to load.
if [ -r /opt/bref/php-fpm-runtime/start-early.sh ]; then
    # shellcheck source=/dev/null
    . /opt/bref/php-fpm-runtime/start-early.sh
fi

# Both streams go to one, so that the log keeps their order.
while true; do
    if [ -z "$wrapper" ]; then
        php "$@" /opt/bref/bootstrap.php 2>&1
    else
        "$wrapper" php "$@" /opt/bref/bootstrap.php 2>&1
    fi
done
