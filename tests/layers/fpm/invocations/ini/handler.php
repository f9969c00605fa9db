<?php

// docs/ini.md, as PHP-FPM sees it.
$names = [
    'display_errors', 'log_errors', 'max_execution_time', 'post_max_size', 'upload_max_filesize', 'output_buffering',
    'memory_limit', 'disable_functions', 'opcache.enable', 'opcache.file_cache_only', 'opcache.file_cache',
];
echo json_encode(array_combine($names, array_map(static fn (string $name) => (string) ini_get($name), $names)));
