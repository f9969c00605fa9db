# shellcheck shell=sh
# Sourced by /opt/bref/bootstrap.sh before it starts PHP for the first time. Starts php-fpm beside it, so that the two
# load at the same time: each takes as long as the other. FpmProcess finds it by BREF_FPM_PID, and starts its own where
# this one did not come up.
#
# Not where something else might want to start it: the application's own bref/bref, or a wrapper, whose environment
# variables php-fpm is to have.
autoload=${BREF_AUTOLOAD_PATH:-$LAMBDA_TASK_ROOT/vendor/autoload.php}
case ${BREF_RUNTIME:-${RUNTIME_CLASS:-$BREF_LAYER_RUNTIME}} in
    fpm | 'Bref\FpmRuntime\Main')
        if [ -z "$wrapper" ] && [ ! -d "${autoload%/*}/bref/bref" ]; then
            (
                umask 077
                mkdir -p /tmp/.bref
                exec php-fpm --nodaemonize --force-stderr --fpm-config /opt/bref/etc/php-fpm.conf < /dev/null 2>&1
            ) &
            export BREF_FPM_PID=$!
            # The process that hands events on runs few lines many times: opcache would only make its start slower.
            set -- "$@" -d opcache.enable_cli=0
            # Whatever ends the bootstrap ends it too.
            trap 'kill "$BREF_FPM_PID" 2> /dev/null' EXIT
        fi
        ;;
esac
