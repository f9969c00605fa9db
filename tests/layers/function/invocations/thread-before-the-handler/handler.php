<?php

declare(strict_types=1);

// A forked process would not have the thread, so PHP is started for each event.
return static function (): array {
    static $events = 0;
    $parent = explode("\0", file_get_contents('/proc/' . posix_getppid() . '/cmdline'))[0];

    return [++$events, count(glob('/proc/self/task/*')), $parent];
};
