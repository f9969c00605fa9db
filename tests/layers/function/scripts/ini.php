<?php

declare(strict_types=1);

// bref.ini and _values-from-php.json together list every setting that differs from the value built into PHP.
$file = '/opt/bref/etc/php/conf.d/bref.ini';
$own = parse_ini_file($file, scanner_mode: INI_SCANNER_RAW);
if ($own === false || !isset($own['memory_limit'], $own['extension_dir'])) {
    fwrite(STDERR, "$file does not contain the layer's settings.\n");
    exit(1);
}
$fromPhp = json_decode((string) file_get_contents(__DIR__ . '/_values-from-php.json'), true, 3, JSON_THROW_ON_ERROR);
// Values by the first PHP version that has them. The newest version that this PHP has reached counts.
foreach ($fromPhp as $name => $value) {
    foreach (is_array($value) ? $value : [] as $version => $since) {
        $fromPhp[$name] = version_compare(PHP_VERSION, "$version.0dev", '>=') ? $since : $fromPhp[$name];
    }
}
$expected = array_map(normalize(...), [...$fromPhp, ...$own]);

/** @return array<string, string> all settings of another PHP process that reads no conf.d folder */
function readAll(string ...$options): array
{
    $command = [PHP_BINARY, ...$options, '-r', 'echo json_encode(ini_get_all(null, false));'];
    // proc_open() drops empty variables, so this is the path of a folder that does not exist.
    $environment = ['PHP_INI_SCAN_DIR' => '/var/task/no-ini-files'] + getenv();
    $process = proc_open($command, [1 => ['pipe', 'w']], $pipes, null, $environment);
    $values = json_decode((string) stream_get_contents($pipes[1]), true, 2, JSON_THROW_ON_ERROR);
    proc_close($process);

    return array_map(normalize(...), $values);
}

/** PHP writes a switch that is off as 0, as an empty string or as null. */
function normalize(?string $value): string
{
    return $value === '0' ? '' : (string) $value;
}

// From PHP 8.5 on, opcache is part of PHP.
$opcache = PHP_VERSION_ID < 80500 ? ['-d', 'zend_extension=/opt/bref/extensions/opcache.so'] : [];
$layer = array_map(normalize(...), ini_get_all(null, false));
$builtIn = readAll('-n', ...$opcache);
// A setting that php.ini changes must be in one of the two files, even if bref.ini restores the built-in value.
$production = readAll(...$opcache);

$differences = [];
foreach ($expected as $name => $value) {
    if (($layer[$name] ?? null) !== $value) {
        $differences[] = "$name: expected '$value', got " . var_export($layer[$name] ?? null, true);
    }
}
foreach ($builtIn as $name => $value) {
    foreach (['the layer' => $layer[$name], 'php.ini' => $production[$name]] as $source => $other) {
        if ($other !== $value && !isset($expected[$name])) {
            $differences[] = "$name: the built-in value is '$value', but $source has '$other'. Set it in bref.ini, or " .
                'accept it in _values-from-php.json, and document it in docs/ini.md.';
        }
    }
}
if ($differences !== []) {
    fwrite(STDERR, implode("\n", $differences) . "\n");
    exit(1);
}
