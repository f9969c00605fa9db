<?php

// Core dumps of crashes once filled /tmp.
chdir('/tmp');
if ($_GET['do'] === 'crash') {
    // SIGSEGV, a constant of pcntl, which PHP-FPM of other builds lacks.
    posix_kill(posix_getpid(), 11);
    sleep(5);
}
echo 'limit ', posix_getrlimit()['soft core'], ', files ', json_encode(glob('/tmp/*core*') ?: []);
