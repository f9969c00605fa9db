<?php

declare(strict_types=1);

// It holds the command's output open; the command has ended all the same.
if ($argv[1] === 'leave') {
    $child = pcntl_fork();
    if ($child === 0) {
        sleep(20);
        exit;
    }
}
echo 'done';
