<?php

declare(strict_types=1);

// bcmath, an extension that the training does not call: pi by Machin's formula.

function arctan(string $x, int $scale): string
{
    $power = bcdiv('1', $x, $scale);
    $square = bcmul($x, $x);
    $sum = $power;
    for ($n = 3; bccomp($power, '0', $scale) !== 0; $n += 2) {
        $power = bcdiv($power, $square, $scale);
        $term = bcdiv($power, (string) $n, $scale);
        $sum = $n % 4 === 3 ? bcsub($sum, $term, $scale) : bcadd($sum, $term, $scale);
    }

    return $sum;
}

$pi = bcmul('4', bcsub(bcmul('4', arctan('5', 3000), 3000), arctan('239', 3000), 3000), 3000);
$power = bcpowmod('123456789', str_repeat('98765', 20), bcadd(bcpow('2', '400'), '181'));
echo substr($pi, 2990, 8), ' ', strlen($power), ' ', substr(bcsqrt('2', 700), -8), "\n";
