<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// Extensions without a library, which frameworks rely on.
$queue = new SplPriorityQueue();
foreach (['low' => 1, 'high' => 3, 'middle' => 2] as $name => $priority) {
    $queue->insert($name, $priority);
}
same(['high', 'middle', 'low'], iterator_to_array(new IteratorIterator($queue), false), 'SPL');
spl_autoload_register(static function (): void {
    eval('namespace App; class Loaded extends \ArrayObject {}');
});
same(2, count(new \App\Loaded([1, 2])), 'autoloading');

$closure = #[Deprecated] static fn (int $number, ?string $text = null): string => "$number$text";
$function = new ReflectionFunction($closure);
same(['number', 'text'], array_map(static fn ($it): string => $it->getName(), $function->getParameters()), 'parameters');
same('Deprecated', $function->getAttributes()[0]->getName(), 'attributes');

$fiber = new Fiber(static function (): string {
    return 'back with ' . Fiber::suspend('out');
});
same('out', $fiber->start(), 'a fiber');
$fiber->resume('more');
same('back with more', $fiber->getReturn(), 'the return value of a fiber');

same(['a' => [1.5, null]], unserialize(serialize(['a' => [1.5, null]])), 'serialization');
same('2024-02-29', (new DateTimeImmutable('2024-01-31'))->modify('last day of next month')->format('Y-m-d'), 'dates');
same('<b>7</b>', sprintf('<b>%d</b>', random_int(7, 7)), 'random numbers');

// Since PHP 8.5, two parsers of URIs are part of PHP.
if (PHP_VERSION_ID >= 80500) {
    same('/b', (new Uri\Rfc3986\Uri('https://example.org/a/../b'))->getPath(), 'URIs of RFC 3986');
    same('xn--bcher-kva.example', (new Uri\WhatWg\Url('https://Bücher.example'))->getAsciiHost(), 'URLs of browsers');
}
