#!/bin/sh
# The image's entry point: serves an application over HTTP. The argument `[handler.php]` names the file that handles
# requests, like the handler of a function. Any other argument is a command to run instead, such as `composer install`.
set -eu

# The same environment variables as in /opt/bref/bootstrap.sh.
if [ -r /opt/bref/ssl/cert.pem ]; then
    export SSL_CERT_FILE="${SSL_CERT_FILE:-/opt/bref/ssl/cert.pem}"
fi
if [ -d /opt/lib/ossl-modules ]; then
    export OPENSSL_MODULES="${OPENSSL_MODULES:-/opt/lib/ossl-modules}"
    export OPENSSL_CONF="${OPENSSL_CONF:-/opt/bref/ssl/openssl.cnf}"
fi
if [ -d /opt/lib/gconv ]; then
    export GCONV_PATH="${GCONV_PATH:-/opt/lib/gconv}"
fi

case ${1:-.php} in
    *.php) ;;
    *) exec "$@" ;;
esac

cd "$LAMBDA_TASK_ROOT"
root=.
if [ -d public ]; then root=public; fi
script=index.php
if [ -f public/index.php ]; then script=public/index.php; fi
export _HANDLER="${1:-${HANDLER:-${_HANDLER:-$script}}}"
export DOCUMENT_ROOT="${DOCUMENT_ROOT:-$root}"
port=${PORT:-8000}

if [ ! -f "$_HANDLER" ]; then
    echo "$LAMBDA_TASK_ROOT has no file $_HANDLER. Mount the application there (docker run -v .:/var/task)," \
        "and name the file that handles requests, such as public/index.php." >&2
    exit 1
fi
if [ ! -d "$DOCUMENT_ROOT" ]; then
    echo "DOCUMENT_ROOT must be a folder in $LAMBDA_TASK_ROOT; got \"$DOCUMENT_ROOT\"." >&2
    exit 1
fi

# When this first process ends, the container ends, and all of its other processes with it.
trap 'exit 0' INT TERM

mkdir -p /tmp/.bref
php-fpm --nodaemonize --force-stderr --fpm-config /opt/bref-dev/php-fpm.conf < /dev/null &

# -n: no ini file and no Xdebug, because developers debug the application, not this server. The settings keep request
# bodies unparsed, including forms and uploads, and the application's content types unchanged. sed drops the server's log
# lines about connections and files, because router.php logs requests itself.
PHP_CLI_SERVER_WORKERS=8 php -n -d enable_post_data_reading=0 -d default_mimetype= -d default_charset= \
    -d expose_php=0 -d memory_limit=-1 -S "0.0.0.0:$port" -t "$DOCUMENT_ROOT" /opt/bref-dev/front/router.php < /dev/null 2>&1 |
    sed -u '/ Accepted$/d; / Closing$/d; / \[200\]: /d; / Development Server .* started$/d' >&2 &
front=$!

echo "Serving $_HANDLER and the files in $DOCUMENT_ROOT at http://localhost:$port/ (stop with Ctrl-C) ..." >&2
wait "$front" || true
echo "The HTTP server ended. If port $port is in use, set PORT to another one." >&2
exit 1
