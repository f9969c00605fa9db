<?php

declare(strict_types=1);

// docs/ini.md, what only function layers have.
$expected = [
    'max_execution_time' => '0',
    'disable_functions' => '',
    'opcache.file_cache' => '/tmp',
    'opcache.file_cache_only' => '1',
];
$got = array_combine(array_keys($expected), array_map(ini_get(...), array_keys($expected)));
if ($got !== $expected) {
    fwrite(STDERR, 'expected ' . var_export($expected, true) . ', got ' . var_export($got, true) . "\n");
    exit(1);
}
