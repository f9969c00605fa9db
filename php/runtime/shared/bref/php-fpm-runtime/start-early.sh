# shellcheck shell=sh
# Sourced by /opt/bref/bootstrap.sh before it starts PHP for the first time, if the runtime is fpm. Starts php-fpm, so that
# it loads at the same time as PHP. Both take about as long. FpmProcess finds php-fpm by BREF_FPM_PID, and starts another
# one if it fails.
#
# php-fpm is not started if the application's bref/bref starts it, or if there is a wrapper, because php-fpm must have
# the wrapper's environment variables.
autoload=${BREF_AUTOLOAD_PATH:-$LAMBDA_TASK_ROOT/vendor/autoload.php}
if [ -z "$wrapper" ] && [ ! -d "${autoload%/*}/bref/bref" ]; then
    (
        umask 077
        mkdir -p /tmp/.bref
        exec php-fpm --nodaemonize --force-stderr --fpm-config /opt/bref/etc/php-fpm.conf < /dev/null 2>&1
    ) &
    export BREF_FPM_PID=$!
    # This PHP process only passes events on, and runs little code. opcache would only delay its start.
    set -- "$@" -d opcache.enable_cli=0
    trap 'kill "$BREF_FPM_PID" 2> /dev/null' EXIT
fi
