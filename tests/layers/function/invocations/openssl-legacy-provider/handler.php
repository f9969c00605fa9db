<?php

declare(strict_types=1);

// A layer with its own OpenSSL includes the legacy provider. Lambda's OpenSSL has none.
return static fn (): bool => !is_dir('/opt/lib/ossl-modules')
    || bin2hex((string) openssl_encrypt('text', 'bf-cbc', 'key', OPENSSL_RAW_DATA, '12345678')) !== '';
