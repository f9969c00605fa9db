<?php

declare(strict_types=1);

// Symfony's ExpressionLanguage: tokenizes, parses, evaluates and compiles rules.

require 'Symfony/Component/ExpressionLanguage/autoload.php';

use Symfony\Component\ExpressionLanguage\ExpressionLanguage;

$language = new ExpressionLanguage();
$language->register('clamp', static fn ($v, $a, $b) => "max($a, min($b, $v))", static fn ($_, $v, $a, $b) => max($a, min($b, $v)));
$order = new class {
    public int $total = 120;
    /** @var list<array{sku: string, count: int}> */
    public array $lines = [['sku' => 'a-1', 'count' => 2], ['sku' => 'b-7', 'count' => 1]];

    public function customer(string $field): string
    {
        return "the $field";
    }
};
$sum = 0;
for ($i = 0; $i < 2500; $i++) {
    $rule = "(order.total > $i or order.customer('name') matches '/^the n/') and order.lines[0]['count'] * 2 + $i % 7 >= 4 "
        . "and not (country in ['FR', 'DE', 'X$i']) ? clamp(order.total * 1.2, $i, 100 + $i) : 'none' ~ $i";
    $names = ['order', 'country'];
    $value = $language->evaluate($rule, ['order' => $order, 'country' => $i % 2 === 0 ? 'FR' : 'IT']);
    $sum += is_numeric($value) ? (int) $value : strlen($value);
    $sum += strlen($language->compile($rule, $names));
    for ($again = 0; $again < 5; $again++) {
        $sum += (int) $language->evaluate($rule, ['order' => $order, 'country' => 'IT']);
    }
}
echo $sum, "\n";
