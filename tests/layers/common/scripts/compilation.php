<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// Choices of our own builds. Published PHP binaries may differ in them (tests/binaries).
same('/opt/bref/etc/php/conf.d:/var/task/php/conf.d', PHP_CONFIG_FILE_SCAN_DIR, 'scanned folders');
same('/opt/bref/etc/php', PHP_CONFIG_FILE_PATH, 'folder of php.ini');
same('/opt/bref/extensions', PHP_EXTENSION_DIR, 'folder of extensions');

same('readline', READLINE_LIB, 'the library behind readline');
ensure(readline_info('library_version') >= '8', 'readline is 8 or newer');
// Drupal 11 needs SQLite 3.45.
$version = SQLite3::version()['versionString'];
ensure(version_compare($version, '3.45.0', '>='), "SQLite is 3.45.0 or newer; it is $version");
