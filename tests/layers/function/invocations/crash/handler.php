<?php

// A crash is reported as an error. It leaves no core dump in /tmp, and the next event is served.
return static function (string $what): array {
    if ($what === 'crash') {
        chdir('/tmp');
        posix_kill(posix_getpid(), SIGSEGV);
        sleep(5);
    }

    return glob('/tmp/*core*') ?: [];
};
