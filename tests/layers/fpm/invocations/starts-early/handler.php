<?php

// Prints PHP-FPM's parent: the shell, which starts it while PHP is loading, and not the runtime.
preg_match('/\) \S (\d+)/', (string) file_get_contents('/proc/' . posix_getppid() . '/stat'), $match);
preg_match('~/opt/\S*bootstrap\b~', strtr((string) file_get_contents("/proc/$match[1]/cmdline"), "\0", ' '), $match);
echo $match[0];
