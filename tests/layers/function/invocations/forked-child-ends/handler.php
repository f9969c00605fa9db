<?php

declare(strict_types=1);

return static function (): string {
    $child = pcntl_fork();
    if ($child === 0) {
        exit(3);
    }
    pcntl_waitpid($child, $status);

    return "the parent's response";
};
