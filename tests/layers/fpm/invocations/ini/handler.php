<?php

declare(strict_types=1);

// docs/ini.md, by documented.json: what it lists is so, and nothing else differs from the values built into PHP-FPM.
$documented = json_decode((string) file_get_contents(__DIR__ . '/documented.json'), true, 2, JSON_THROW_ON_ERROR);

$normalise = static fn (?string $value): string => $value === '0' ? '' : (string) $value;
$layer = array_map($normalise, ini_get_all(null, false));
$readAll = static function (string $options): array {
    preg_match_all('/^([\w.]+) => .* => (.*)$/m', (string) shell_exec("php-fpm $options -i"), $lines, PREG_SET_ORDER);

    return array_column($lines, 2, 1);
};
$shown = $readAll('');
// A part of PHP itself from 8.5 on.
$opcache = PHP_VERSION_ID < 80500 ? '-d zend_extension=/opt/bref/extensions/opcache.so' : '';
$builtIn = $readAll("-n $opcache");

$faults = count($builtIn) > 200 ? [] : ['php-fpm -i names only ' . count($builtIn) . ' values'];
foreach (array_map($normalise, $documented) as $name => $value) {
    if (($layer[$name] ?? null) !== $value) {
        $faults[] = "$name: documented as '$value', is " . var_export($layer[$name] ?? null, true);
    }
}
foreach ($builtIn as $name => $value) {
    if (($shown[$name] ?? null) !== $value && !isset($documented[$name])) {
        $faults[] = "$name: built in is '$value', the layer has '$shown[$name]', and docs/ini.md does not decide it";
    }
}
echo $faults === [] ? 'as documented' : implode("\n", $faults);
