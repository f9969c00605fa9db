<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

ensure(str_starts_with(OPENSSL_VERSION_TEXT, 'OpenSSL 3.'), 'OpenSSL is 3.x; it is ' . OPENSSL_VERSION_TEXT);
same('/opt/bref/ssl/cert.pem', openssl_get_cert_locations()['ini_cafile'], 'certificates');

$key = openssl_pkey_new(['private_key_bits' => 2048, 'config' => __DIR__ . '/_openssl.cnf']);
$details = openssl_pkey_get_details($key);
same(2048, $details['bits'], 'bits of an RSA key');
ensure(openssl_sign('text', $signature, $key, OPENSSL_ALGO_SHA256), 'a signature');
same(1, openssl_verify('text', $signature, $details['key'], OPENSSL_ALGO_SHA256), 'its verification');

$curve = openssl_pkey_new([
    'private_key_type' => OPENSSL_KEYTYPE_EC,
    'curve_name' => 'prime256v1',
    // PHP requires it, although a curve has no such setting.
    'private_key_bits' => 384,
    'config' => __DIR__ . '/_openssl.cnf',
]);
same('prime256v1', openssl_pkey_get_details($curve)['ec']['curve_name'], 'an elliptic curve key');

foreach (['aes-256-gcm', 'chacha20-poly1305'] as $cipher) {
    $secret = random_bytes(32);
    $encrypted = openssl_encrypt('text', $cipher, $secret, OPENSSL_RAW_DATA, str_repeat('0', 12), $tag);
    $decrypted = openssl_decrypt($encrypted, $cipher, $secret, OPENSSL_RAW_DATA, str_repeat('0', 12), $tag);
    same('text', $decrypted, $cipher);
}
same(hash('sha3-256', 'text'), openssl_digest('text', 'sha3-256'), 'SHA-3');
