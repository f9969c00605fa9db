<?php

// Core dumps of crashes once filled /tmp.
chdir('/tmp');
if ($_GET['do'] === 'crash') {
    posix_kill(posix_getpid(), SIGSEGV);
    sleep(5);
}
echo 'limit ', posix_getrlimit()['soft core'], ', files ', json_encode(glob('/tmp/*core*') ?: []);
