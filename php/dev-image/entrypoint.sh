#!/bin/sh
# The image's entry point: serves an application over HTTP. `[handler.php]` names the file that answers, as the
# handler of a function does; anything else is a command that is run instead, such as `composer install`.
set -eu

# As /opt/bref/bootstrap.sh does on Lambda.
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
    echo "There is no $_HANDLER in $LAMBDA_TASK_ROOT: mount the application there (docker run -v .:/var/task)," \
        "and name the file that answers requests, as in public/index.php." >&2
    exit 1
fi
if [ ! -d "$DOCUMENT_ROOT" ]; then
    echo "DOCUMENT_ROOT is $DOCUMENT_ROOT, but $LAMBDA_TASK_ROOT has no such folder." >&2
    exit 1
fi

# The end of the first process ends all others of the container.
trap 'exit 0' INT TERM

mkdir -p /tmp/.bref
php-fpm --nodaemonize --force-stderr --fpm-config /opt/bref-dev/php-fpm.conf < /dev/null &

# -n: no ini file and no Xdebug; what is debugged is the application. Bodies are left as they came, forms and uploads
# too, and types as the application gave them. Of what the server says, its lines about connections and files are left
# out; router.php has its own.
PHP_CLI_SERVER_WORKERS=8 php -n -d enable_post_data_reading=0 -d default_mimetype= -d default_charset= \
    -d expose_php=0 -d memory_limit=-1 -S "0.0.0.0:$port" -t "$DOCUMENT_ROOT" /opt/bref-dev/front/router.php < /dev/null 2>&1 |
    sed -u '/ Accepted$/d; / Closing$/d; / \[200\]: /d; / Development Server .* started$/d' >&2 &
front=$!

echo "$_HANDLER answers, and the files of $DOCUMENT_ROOT are served as they are: http://localhost:$port/ (Ctrl-C ends it)" >&2
wait "$front" || true
echo "The front ended. Where its port is in use, PORT names another one." >&2
exit 1
