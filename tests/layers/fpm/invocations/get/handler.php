<?php

declare(strict_types=1);

// A warning goes to the log, and never into the page.
$copy = @$_GET['none'] . $nothing;
error_log('in order');
header('X-Kind: page');
header_remove('X-Powered-By');
echo 'Hello from FPM: ' . $_SERVER['REQUEST_METHOD'] . ' ' . $_SERVER['REQUEST_URI'];
