<?php

declare(strict_types=1);

// The child holds all open files of its parent. The runtime must notice the parent's end nevertheless.
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
