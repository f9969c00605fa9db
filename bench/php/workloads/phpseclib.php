<?php

declare(strict_types=1);

// phpseclib: arithmetic with large numbers, and block ciphers, all in PHP.

require 'phpseclib3/autoload.php';

use phpseclib3\Crypt\{AES, Blowfish};
use phpseclib3\Math\BigInteger;

BigInteger::setEngine('PHP64', ['DefaultEngine']);
$modulus = new BigInteger('f' . str_repeat('3c6ef372fe94f82a', 12) . '1', 16);
$base = new BigInteger('123456789abcdef' . str_repeat('5be0cd19137e2179', 10), 16);
$digits = '';
for ($i = 0; $i < 120; $i++) {
    $base = $base->powMod(new BigInteger(65537 + $i), $modulus)->add(new BigInteger($i));
    [$quotient, $rest] = $modulus->multiply($base)->divide(new BigInteger('1' . str_repeat('0', 60)));
    $digits .= substr($quotient->toString(), 0, 12) . substr($rest->toHex(), -8);
}
$cipher = new Blowfish('cbc');
$cipher->setPreferredEngine('PHP');
$cipher->setKey('sixteen byte key');
$cipher->setIV('8 bytes.');
$aes = new AES('ctr');
$aes->setPreferredEngine('PHP');
$aes->setKey('another 16 bytes');
$aes->setIV('sixteen byte iv.');
$text = str_repeat('The quick brown fox. ', 9000);
echo $digits, ' ', md5($cipher->encrypt($text) . $aes->encrypt($text)), "\n";
