<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// Such as 82. The Makefile and the workflows set it.
$expected = getenv('EXPECTED_PHP');
if ($expected !== false) {
    $version = str_replace('.', '', PHP_VERSION);
    ensure(str_starts_with($version, $expected), "PHP has the version $expected; it is " . PHP_VERSION);
}
same('cli', PHP_SAPI, 'SAPI');
same('/opt/bin/php', PHP_BINARY, 'path of php');
same(8, PHP_INT_SIZE, 'size of an integer in bytes');
// Numbers up to PHP 8.3, booleans since 8.4.
same(0, (int) PHP_ZTS, 'thread safety');
same(0, (int) PHP_DEBUG, 'debug build');
