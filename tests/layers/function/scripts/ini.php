<?php

declare(strict_types=1);

// docs/ini.md, by _documented.json: what it lists is so, and nothing else differs from the values built into PHP.
$documented = json_decode((string) file_get_contents(__DIR__ . '/_documented.json'), true, 2, JSON_THROW_ON_ERROR);

/** @return array<string, string> all values of another php, 0 and nothing being the same */
function readAll(string $scanFolder, string ...$options): array
{
    $command = [PHP_BINARY, ...$options, '-r', 'echo json_encode(ini_get_all(null, false));'];
    $process = proc_open($command, [1 => ['pipe', 'w']], $pipes, null, ['PHP_INI_SCAN_DIR' => $scanFolder] + getenv());
    $values = json_decode((string) stream_get_contents($pipes[1]), true, 2, JSON_THROW_ON_ERROR);
    proc_close($process);

    return array_map(normalise(...), $values);
}

function normalise(?string $value): string
{
    return $value === '0' ? '' : (string) $value;
}

// A part of PHP itself from 8.5 on.
$opcache = PHP_VERSION_ID < 80500 ? ['-d', 'zend_extension=/opt/bref/extensions/opcache.so'] : [];
$layer = array_map(normalise(...), ini_get_all(null, false));
$builtIn = readAll('', '-n', ...$opcache);
// What the php.ini of this PHP would change by itself has to be decided too.
$production = readAll('', ...$opcache);

$faults = [];
foreach (array_map(normalise(...), $documented) as $name => $value) {
    if (($layer[$name] ?? null) !== $value) {
        $faults[] = "$name: documented as '$value', is " . var_export($layer[$name] ?? null, true);
    }
}
foreach ($builtIn as $name => $value) {
    foreach (['the layer has' => $layer[$name], 'php.ini says' => $production[$name]] as $who => $other) {
        if ($other !== $value && !isset($documented[$name])) {
            $faults[] = "$name: built in is '$value', $who '$other', and docs/ini.md does not decide it";
        }
    }
}
if ($faults !== []) {
    fwrite(STDERR, implode("\n", $faults) . "\n");
    exit(1);
}
