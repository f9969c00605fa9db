<?php

declare(strict_types=1);

// As `exit`, but without PHP, and hence its shutdown functions.
return static function (int $code): int {
    if ($code > 0) {
        FFI::cdef('void _exit(int status);')->_exit($code);
    }

    return $code;
};
