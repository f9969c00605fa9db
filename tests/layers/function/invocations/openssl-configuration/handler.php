<?php

declare(strict_types=1);

// This needs an openssl.cnf. Without OPENSSL_CONF, a bundled OpenSSL looks for it at its base OS's path.
return static function (): array {
    $key = openssl_pkey_new(['private_key_type' => OPENSSL_KEYTYPE_EC, 'curve_name' => 'prime256v1']);
    $request = openssl_csr_new(['commonName' => 'example.org', 'countryName' => 'FR'], $key);
    $certificate = openssl_x509_parse(openssl_csr_sign($request, null, $key, 1));

    return [
        'bits' => openssl_pkey_get_details($key)['bits'],
        'subject' => $certificate['subject'],
        'constraints' => $certificate['extensions']['basicConstraints'],
    ];
};
