<?php

declare(strict_types=1);

// The job `variant` of .github/workflows/weekly.yml builds PHP with threads, adds two extensions and excludes others.

/** Ends the script with exit code 1 unless both values are identical. */
function same(mixed $expected, mixed $got, string $what): void
{
    if ($expected === $got) {
        return;
    }
    fwrite(STDERR, "$what: expected " . var_export($expected, true) . ', got ' . var_export($got, true) . "\n");
    exit(1);
}

same(1, PHP_ZTS, 'thread safety');
$excluded = ['intl', 'pdo_sqlite', 'redis', 'soap', 'tokenizer', 'xsl'];
same([], array_values(array_filter($excluded, extension_loaded(...))), 'excluded extensions that are loaded');
foreach (['intl', 'redis'] as $name) {
    same(false, file_exists(ini_get('extension_dir') . "/$name.so"), "$name.so is in the layer");
}

same(2460311, gregoriantojd(1, 1, 2024), 'calendar');
$memory = shmop_open(1, 'n', 0600, 5);
same(5, shmop_write($memory, 'hello', 0), 'bytes written to shared memory');
same('hello', shmop_read($memory, 0, 5), 'shared memory');
shmop_delete($memory);

// The SQLite extension remains, although pdo_sqlite is excluded.
same(42, (new SQLite3(':memory:'))->querySingle('SELECT 6 * 7'), 'SQLite');
