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
    '' => null,
};
echo 'served';
