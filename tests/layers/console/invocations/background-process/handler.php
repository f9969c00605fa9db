<?php

declare(strict_types=1);

// The child keeps the command's output open, but the command has ended.
if ($argv[1] === 'leave') {
    $child = pcntl_fork();
    if ($child === 0) {
        sleep(20);
        exit;
    }
}
echo 'done';
