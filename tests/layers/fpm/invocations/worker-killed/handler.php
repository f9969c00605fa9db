<?php

// Signals are numbers here, because PHP-FPM of other builds lacks the constants of pcntl: 9 is SIGKILL, 19 SIGSTOP.
$worker = posix_getpid();
$master = posix_getppid();
// Does not wait for the command.
$inBackground = static fn (string $command) => exec("($command) > /dev/null 2>&1 &");
match ($_GET['kill']) {
    'now' => posix_kill($worker, 9),
    // Kills the worker while it waits for the next request.
    'later' => $inBackground("sleep 0.05; kill -9 $worker"),
    'master' => [posix_kill($master, 9), posix_kill($worker, 9)],
    // The master outlives its worker for a moment, but cannot start another one.
    'dying-master' => [
        posix_kill($master, 19),
        $inBackground("sleep 0.3; kill -9 $master"),
        posix_kill($worker, 9),
    ],
    // The worker continues after its master has ended.
    'only-master' => (static function () use ($master): void {
        posix_kill($master, 9);
        while (preg_match('/\) [^ZX]/', (string) @file_get_contents("/proc/$master/stat")) === 1) {
            usleep(1000);
        }
    })(),
    // Counts PHP-FPM's processes: one master and one worker must exist, and none of the earlier processes.
    'look' => printf('processes %d, ', count(array_filter(
        glob('/proc/[1-9]*/cmdline'),
        static fn (string $file): bool => str_starts_with((string) @file_get_contents($file), 'php-fpm'),
    ))),
    '' => null,
};
echo 'served';
