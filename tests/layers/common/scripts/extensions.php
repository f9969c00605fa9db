<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// The extensions that every layer loads by default (docs/extensions.md).
$expected = [
    'bcmath', 'ctype', 'curl', 'date', 'dom', 'exif', 'FFI', 'fileinfo', 'filter', 'ftp', 'gettext', 'hash', 'iconv',
    'json', 'libxml', 'mbstring', 'mysqli', 'mysqlnd', 'openssl', 'pcntl', 'pcre', 'PDO', 'pdo_mysql', 'pdo_pgsql',
    'pdo_sqlite', 'Phar', 'posix', 'readline', 'Reflection', 'session', 'SimpleXML', 'soap', 'sockets', 'sodium',
    'SPL', 'sqlite3', 'standard', 'tokenizer', 'xml', 'xmlreader', 'xmlwriter', 'xsl', 'Zend OPcache', 'zip', 'zlib',
];
same([], array_values(array_diff($expected, get_loaded_extensions())), 'missing extensions');

// Contained in the layer, but not loaded.
foreach (['intl', 'apcu', 'redis'] as $extension) {
    same(false, extension_loaded($extension), "$extension is loaded by default");
}
