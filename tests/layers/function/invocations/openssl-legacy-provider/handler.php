<?php

declare(strict_types=1);

// A layer that brings its own OpenSSL brings the legacy provider too; Lambda's own has none.
return static fn (): bool => !is_dir('/opt/lib/ossl-modules')
    || bin2hex((string) openssl_encrypt('text', 'bf-cbc', 'key', OPENSSL_RAW_DATA, '12345678')) !== '';
