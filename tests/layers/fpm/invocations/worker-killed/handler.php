<?php

$worker = posix_getpid();
$master = posix_getppid();
// Not waited for.
$inBackground = static fn (string $command) => exec("($command) > /dev/null 2>&1 &");
match ($_GET['kill']) {
    'now' => posix_kill($worker, SIGKILL),
    // While it waits for the next request.
    'later' => $inBackground("sleep 0.05; kill -9 $worker"),
    'master' => [posix_kill($master, SIGKILL), posix_kill($worker, SIGKILL)],
    // Still there after its worker, but not able to start another.
    'dying-master' => [
        posix_kill($master, SIGSTOP),
        $inBackground("sleep 0.3; kill -9 $master"),
        posix_kill($worker, SIGKILL),
    ],
    // And the worker goes on, once its master has ended.
    'only-master' => (static function () use ($master): void {
        posix_kill($master, SIGKILL);
        while (preg_match('/\) [^ZX]/', (string) @file_get_contents("/proc/$master/stat")) === 1) {
            usleep(1000);
        }
    })(),
    // A master and a worker: none is left of those before.
    'look' => printf('processes %d, ', count(array_filter(
        glob('/proc/[1-9]*/cmdline'),
        static fn (string $file): bool => str_starts_with((string) @file_get_contents($file), 'php-fpm'),
    ))),
    '' => null,
};
echo 'served';
