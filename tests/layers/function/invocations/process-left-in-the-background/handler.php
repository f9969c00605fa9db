<?php

declare(strict_types=1);

// It holds every open file of its parent, also what the runtime notices that process's end by.
return static function (string $event): int {
    $background = pcntl_fork();
    if ($background === 0) {
        pcntl_exec('/bin/sleep', ['20']);
        sleep(20);
        posix_kill(getmypid(), SIGKILL);
    }
    if ($event === 'die') {
        posix_kill(getmypid(), SIGKILL);
    }

    return count(glob('/proc/[1-9]*'));
};
