<?php

// Prepended to every workload: says at its end what the whole process has used, on the last line of stderr. Pages of
// files are taken off the memory: how many are resident depends on how the page cache came to hold them.
register_shutdown_function(static function (): void {
    $used = getrusage();
    preg_match('/^RssFile:\s+(\d+) kB$/m', file_get_contents('/proc/self/status'), $files);
    fwrite(STDERR, "\n" . json_encode([
        'userSeconds' => $used['ru_utime.tv_sec'] + $used['ru_utime.tv_usec'] / 1e6,
        'peakBytes' => ($used['ru_maxrss'] - (int) $files[1]) * 1024,
    ]));
});
