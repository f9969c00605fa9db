<?php

declare(strict_types=1);

// It holds every open file of its parent, whose end the runtime must notice all the same.
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
