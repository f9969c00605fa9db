<?php

declare(strict_types=1);

// Like `exit`, but without PHP's shutdown functions.
return static function (int $code): int {
    if ($code > 0) {
        FFI::cdef('void _exit(int status);')->_exit($code);
    }

    return $code;
};
