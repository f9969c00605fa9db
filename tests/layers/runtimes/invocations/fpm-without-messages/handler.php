<?php

// The code of the runtime must cause no message of PHP, such as a deprecation, on any version. It runs in the process that
// passes requests to PHP-FPM, which reads the same ini files.
header('X-Test: a');
setcookie('b', 'c');
echo error_reporting();
