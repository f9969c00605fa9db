<?php

if ($_GET['kill'] === 'now') {
    posix_kill(posix_getpid(), SIGKILL);
}
if ($_GET['kill'] === 'later') {
    exec('(sleep 0.05; kill -9 ' . posix_getpid() . ') > /dev/null 2>&1 &');
}
if ($_GET['kill'] === 'master') {
    posix_kill(posix_getppid(), SIGKILL);
    // Until the kernel has ended it: what is looked at is the next event, not who of the two is gone first.
    usleep(100_000);
    posix_kill(posix_getpid(), SIGKILL);
}
echo 'served';
