<?php

// Prepended to every workload. Prints the resource usage of the process as the last line of stderr. Resident pages of
// files are subtracted from the memory, because their number depends on the state of the page cache.
register_shutdown_function(static function (): void {
    $used = getrusage();
    preg_match('/^RssFile:\s+(\d+) kB$/m', file_get_contents('/proc/self/status'), $files);
    fwrite(STDERR, "\n" . json_encode([
        'userSeconds' => $used['ru_utime.tv_sec'] + $used['ru_utime.tv_usec'] / 1e6,
        'peakBytes' => ($used['ru_maxrss'] - (int) $files[1]) * 1024,
    ]));
});
