<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// docs/ini.md, what all layers share. Values that differ by layer are tested in the layer's own folder.
$expected = [
    'allow_url_fopen' => '1',
    'allow_url_include' => '0',
    'curl.cainfo' => '/opt/bref/ssl/cert.pem',
    'display_errors' => '0',
    'display_startup_errors' => '0',
    'expose_php' => '0',
    'html_errors' => '0',
    'log_errors' => '1',
    'memory_limit' => '10240M',
    'opcache.enable' => '1',
    'opcache.enable_cli' => '1',
    'opcache.max_accelerated_files' => '10000',
    'opcache.memory_consumption' => '128',
    'opcache.validate_permission' => '0',
    'opcache.validate_timestamps' => '1',
    'openssl.cafile' => '/opt/bref/ssl/cert.pem',
    'output_buffering' => '0',
    'request_order' => 'GP',
    'short_open_tag' => '1',
    'variables_order' => 'EGPCS',
    'zend.assertions' => '-1',
    'zend.exception_ignore_args' => '1',
];
$got = [];
foreach (array_keys($expected) as $name) {
    $value = ini_get($name);
    // php.ini writes switches as On and Off, which PHP keeps as 1 and an empty text.
    $got[$name] = $value === '' && $expected[$name] === '0' ? '0' : $value;
}
same($expected, $got, 'ini values');
same(0, error_reporting() & E_DEPRECATED, 'deprecations in the log');
same(E_WARNING | E_NOTICE, error_reporting() & (E_WARNING | E_NOTICE), 'warnings and notices in the log');

// Each line of the layer's own file is in force: a misspelt name would be passed over without a word. And each is
// expected here, or where it differs by layer, in the folder of that.
$byLayer = [
    'disable_functions', 'extension_dir', 'fastcgi.logging', 'max_execution_time', 'opcache.file_cache',
    'opcache.file_cache_only', 'post_max_size', 'upload_max_filesize',
];
$lines = parse_ini_file('/opt/bref/etc/php/conf.d/bref.ini', scanner_mode: INI_SCANNER_RAW);
unset($lines['zend_extension'], $lines['extension']);
foreach ($lines as $name => $value) {
    // PHP-FPM's own settings mean nothing to the command line.
    if (ini_get($name) !== false || !str_starts_with($name, 'fastcgi.')) {
        same($value, ini_get($name), "$name of bref.ini");
    }
}
same([], array_values(array_diff(array_keys($lines), array_keys($expected), $byLayer)), 'settings that no test expects');
