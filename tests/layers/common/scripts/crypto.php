<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

foreach ([PASSWORD_BCRYPT, PASSWORD_ARGON2I, PASSWORD_ARGON2ID] as $algorithm) {
    ensure(password_verify('secret', password_hash('secret', $algorithm)), "passwords by $algorithm");
}

$nonce = random_bytes(SODIUM_CRYPTO_SECRETBOX_NONCEBYTES);
$key = sodium_crypto_secretbox_keygen();
same('text', sodium_crypto_secretbox_open(sodium_crypto_secretbox('text', $nonce, $key), $nonce, $key), 'secret box');
$pair = sodium_crypto_sign_keypair();
$signature = sodium_crypto_sign_detached('text', sodium_crypto_sign_secretkey($pair));
ensure(
    sodium_crypto_sign_verify_detached($signature, 'text', sodium_crypto_sign_publickey($pair)),
    'Ed25519 signatures',
);

same('5d41402abc4b2a76b9719d911017c592', hash('md5', 'hello'), 'MD5');
same('3610a686', hash('crc32b', 'hello'), 'CRC-32');
same(64, strlen(hash_hkdf('sha512', 'hello', 64)), 'HKDF');
same([], array_diff(['sha256', 'sha512', 'sha3-256', 'xxh128', 'murmur3a', 'whirlpool'], hash_algos()), 'hashes');
