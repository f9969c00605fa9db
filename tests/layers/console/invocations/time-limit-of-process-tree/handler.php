<?php

declare(strict_types=1);

// The command starts several kinds of processes, and all of them must end at the time limit. A shell that outlives its
// child for a moment prints "Terminated".
$findLoops = static fn (): array => array_filter(
    array_map(static fn (string $file): int => (int) substr($file, 6), glob('/proc/[1-9]*/cmdline')),
    static fn (int $pid): bool => str_contains((string) @file_get_contents("/proc/$pid/cmdline"), 'while true'),
);
if ($argv[1] === 'look') {
    echo count($findLoops()), ' left';
    exit;
}
$loop = 'while true; do :; /opt/bin/php -n -r "usleep(100000);"; done';
exec("(trap '' TERM; $loop) > /dev/null 2>&1 &");
$child = pcntl_fork();
if ($child === 0) {
    posix_setsid();
    pcntl_exec('/bin/sh', ['-c', $loop]);
}
echo "started\n";
passthru($loop);
