<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// Such as 8.2, or 8.2.32: set by whoever knows which version the layer is for.
$expected = getenv('EXPECTED_PHP_VERSION');
if ($expected !== false) {
    ensure(str_starts_with(PHP_VERSION . '.', "$expected."), "PHP is $expected; it is " . PHP_VERSION);
}
same('cli', PHP_SAPI, 'SAPI');
same('/opt/bin/php', PHP_BINARY, 'path of php');
same(8, PHP_INT_SIZE, 'bytes of an integer');
same(0, PHP_ZTS, 'thread safety');
same(0, PHP_DEBUG, 'debug build');
