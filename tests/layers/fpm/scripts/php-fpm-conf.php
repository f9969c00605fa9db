<?php

declare(strict_types=1);

// Compares php-fpm.conf with the values that PHP-FPM itself reports, section by section.
$file = '/opt/bref/etc/php-fpm.conf';
$expected = ['global' => []];
foreach (parse_ini_file($file, true, INI_SCANNER_RAW) ?: [] as $name => $value) {
    if (is_array($value)) {
        $expected[$name] = $value;
    } else {
        $expected['global'][$name] = $value;
    }
}
if (!isset($expected['global']['pid'], $expected['default']['listen'])) {
    fwrite(STDERR, "$file must set pid in [global] and listen in [default].\n");
    exit(1);
}
mkdir('/tmp/.bref');
exec("php-fpm --fpm-config $file -tt 2>&1", $lines, $exitCode);
$got = [];
$section = '';
foreach ($lines as $line) {
    if (preg_match('/NOTICE: \[(\w+)\]$/', $line, $match) === 1) {
        $section = $match[1];
    } elseif (preg_match('/NOTICE: \t(\S+) = (.*)$/', $line, $match) === 1) {
        $got[$section][$match[1]] = $match[2];
    }
}
foreach ($expected as $name => $values) {
    foreach ($values as $setting => $value) {
        if ($value !== ($got[$name][$setting] ?? null)) {
            fwrite(STDERR, "$setting of [$name]: expected $value, got " . ($got[$name][$setting] ?? 'nothing') . "\n");
            exit(1);
        }
    }
}
exit($exitCode);
