<?php

declare(strict_types=1);

// brick/math: fractions and decimals of any length, with the calculator in PHP.

require 'Brick/Math/autoload.php';

use Brick\Math\{BigDecimal, BigInteger, BigRational, RoundingMode};

Brick\Math\Internal\Calculator::set(new Brick\Math\Internal\Calculator\NativeCalculator());
$sum = BigRational::zero();
for ($i = 1; $i < 110; $i++) {
    $sum = $sum->plus(BigRational::of("$i/" . ($i * $i + 1)))->simplified();
}
$root = BigDecimal::of(2)->sqrt(90);
$factorial = BigInteger::one();
for ($i = 2; $i < 260; $i++) {
    $factorial = $factorial->multipliedBy($i);
}
$interest = BigDecimal::of('1000');
for ($i = 0; $i < 500; $i++) {
    $interest = $interest->multipliedBy('1.0375')->toScale(30, RoundingMode::HALF_EVEN);
}
echo substr((string) $sum->getNumerator(), 0, 20), ' ', substr((string) $root, -12), ' ', strlen((string) $factorial), ' ', substr((string) $interest, 0, 24), "\n";
