<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// PHP reports some deprecations when it compiles a file. The code of the runtimes must cause none, on any version.
$files = [...glob('/opt/bref/*.php'), ...glob('/opt/bref/*/*.php')];
ensure(count($files) > 20, 'the layer has the code of its runtimes');
foreach ($files as $file) {
    $options = ['-d', 'error_reporting=-1', '-d', 'display_errors=1', '-d', 'opcache.enable_cli=0'];
    same("No syntax errors detected in $file", trim(php([...$options, '-l', $file])), "messages about $file");
}
