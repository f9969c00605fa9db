<?php

declare(strict_types=1);

// A killed process cannot report anything.
return static function (string $event): string {
    if ($event === 'die') {
        posix_kill(posix_getpid(), SIGKILL);
    }

    return 'a new process';
};
