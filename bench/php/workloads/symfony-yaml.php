<?php

declare(strict_types=1);

// Symfony's Yaml: dumps, parses and compares a large document.

require 'Symfony/Component/Yaml/autoload.php';

use Symfony\Component\Yaml\Yaml;

$services = [];
for ($i = 0; $i < 220; $i++) {
    $services["app.service_$i"] = [
        'class' => "App\\Service\\Number$i",
        'arguments' => ["@app.service_" . $i * 3 % 220, "%kernel.dir%/$i", $i, $i / 7, true, null],
        'tags' => [['name' => 'event', 'priority' => -$i], ['name' => 'other: "quoted"']],
        'description' => "Line one of $i\nline two: with a colon\n  and an indent\n",
        'calls' => ['setLogger' => ['level' => 'debug', 'since' => '2025-01-0' . ($i % 9 + 1)]],
    ];
}
$bytes = 0;
for ($round = 0; $round < 18; $round++) {
    $text = Yaml::dump(['services' => $services], 4, 2, Yaml::DUMP_MULTI_LINE_LITERAL_BLOCK);
    $again = Yaml::parse($text . "anchors:\n  a: &a [1, 2]\n  b: *a\n");
    if (count($again['services']) !== 220 || $again['anchors']['b'] !== [1, 2]) {
        throw new UnexpectedValueException('The parsed YAML differs from the dumped data.');
    }
    $bytes += strlen($text);
}
echo $bytes, "\n";
