<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

same('/opt/bref/extensions', ini_get('extension_dir'), 'extension_dir');
same('/opt/bref/etc/php/php.ini', php_ini_loaded_file(), 'php.ini');
// From PHP 8.5 on, opcache is part of PHP, and no file loads it.
$scanned = PHP_VERSION_ID < 80500 ? ['bref.ini', 'opcache.ini'] : ['bref.ini'];
same($scanned, array_map(basename(...), explode(',', trim((string) php_ini_scanned_files()))), 'scanned files');

$certificates = (string) file_get_contents('/opt/bref/ssl/cert.pem');
ensure(substr_count($certificates, 'BEGIN CERTIFICATE') > 100, '/opt/bref/ssl/cert.pem has the usual certificates');

ensure(in_array('/opt/bin', explode(':', (string) getenv('PATH')), true), '/opt/bin is on PATH');
foreach (['/opt/bootstrap', '/opt/bin/php', '/opt/bin/php-fpm'] as $program) {
    ensure(is_executable($program), "$program is executable");
}
foreach (['bootstrap.php', 'bootstrap.sh', 'etc/php-fpm.conf', 'etc/php/php-fpm.d/php-fpm.ini'] as $file) {
    ensure(is_readable("/opt/bref/$file"), "/opt/bref/$file is readable");
}
