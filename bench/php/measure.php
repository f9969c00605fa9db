<?php

// Prepended to every workload: says at its end what the whole process has used, on the last line of stderr.
register_shutdown_function(static function (): void {
    $used = getrusage();
    fwrite(STDERR, "\n" . json_encode([
        'userSeconds' => $used['ru_utime.tv_sec'] + $used['ru_utime.tv_usec'] / 1e6,
        'peakBytes' => $used['ru_maxrss'] * 1024,
    ]));
});
