<?php

declare(strict_types=1);

// The layer's two ini files and values-from-php.json together list every setting that differs from the value built into
// PHP-FPM.
$file = '/opt/bref/etc/php/conf.d/bref.ini';
$fpmFile = '/opt/bref/etc/php/php-fpm.d/php-fpm.ini';
$own = [
    ...parse_ini_file($file, scanner_mode: INI_SCANNER_RAW),
    ...parse_ini_file($fpmFile, scanner_mode: INI_SCANNER_RAW),
];
$fromPhp = json_decode((string) file_get_contents(__DIR__ . '/values-from-php.json'), true, 3, JSON_THROW_ON_ERROR);
// Values by the first PHP version that has them. The newest version that this PHP has reached counts.
foreach ($fromPhp as $name => $value) {
    foreach (is_array($value) ? $value : [] as $version => $since) {
        $fromPhp[$name] = version_compare(PHP_VERSION, "$version.0dev", '>=') ? $since : $fromPhp[$name];
    }
}

// PHP writes a switch that is off as 0, as an empty string or as null.
$normalize = static fn (?string $value): string => $value === '0' ? '' : (string) $value;
$expected = array_map($normalize, [...$fromPhp, ...$own]);
$layer = array_map($normalize, ini_get_all(null, false));
$readAll = static function (string $options): array {
    preg_match_all('/^([\w.]+) => .* => (.*)$/m', (string) shell_exec("php-fpm $options -i"), $lines, PREG_SET_ORDER);

    return array_column($lines, 2, 1);
};
$shown = $readAll('');
// From PHP 8.5 on, opcache is part of PHP.
$opcache = PHP_VERSION_ID < 80500 ? '-d zend_extension=/opt/bref/extensions/opcache.so' : '';
$builtIn = $readAll("-n $opcache");

$differences = [];
if (count($builtIn) <= 200) {
    $differences[] = 'php-fpm -i must print more than 200 settings; got ' . count($builtIn);
}
if (!isset($own['memory_limit'], $own['extension_dir'])) {
    $differences[] = "$file does not contain the layer's settings";
}
foreach ($expected as $name => $value) {
    if (($layer[$name] ?? null) !== $value) {
        $differences[] = "$name: expected '$value', got " . var_export($layer[$name] ?? null, true);
    }
}
foreach ($builtIn as $name => $value) {
    if (($shown[$name] ?? null) !== $value && !isset($expected[$name])) {
        $differences[] = "$name: the built-in value is '$value', but the layer has '$shown[$name]'. Set it in php-fpm.ini, or " .
            'accept it in values-from-php.json, and document it in docs/ini.md.';
    }
}
echo $differences === [] ? 'as documented' : implode("\n", $differences);
