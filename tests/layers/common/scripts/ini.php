<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// Each setting of bref.ini must have an effect: PHP ignores a misspelled name without a message.
$own = parse_ini_file('/opt/bref/etc/php/conf.d/bref.ini', scanner_mode: INI_SCANNER_RAW);
ensure(isset($own['memory_limit'], $own['extension_dir']), "bref.ini contains the layer's settings");
foreach (array_diff_key($own, ['extension' => true, 'zend_extension' => true]) as $name => $value) {
    same($value, ini_get($name), "$name of bref.ini");
}

// Settings that every layer leaves to PHP and its php.ini-production.
$fromPhp = [
    'allow_url_fopen' => '1',
    'allow_url_include' => '0',
    'display_startup_errors' => '0',
    'html_errors' => '0',
    'opcache.validate_timestamps' => '1',
    'request_order' => 'GP',
    'zend.assertions' => '-1',
    'zend.exception_ignore_args' => '1',
];
foreach (array_diff_key($fromPhp, $own) as $name => $value) {
    // PHP keeps a switch that php.ini writes as Off as an empty string.
    same($value, ini_get($name) === '' ? '0' : ini_get($name), $name);
}
same(0, error_reporting() & E_DEPRECATED, 'deprecations in the log');
same(E_WARNING | E_NOTICE, error_reporting() & (E_WARNING | E_NOTICE), 'warnings and notices in the log');
