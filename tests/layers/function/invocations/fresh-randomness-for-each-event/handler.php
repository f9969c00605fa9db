<?php

declare(strict_types=1);

// Generators that were seeded before a fork would produce the same numbers in every process.
return static function (): bool {
    $numbers = [
        mt_rand(),
        rand(),
        lcg_value(),
        uniqid('', true),
        random_int(0, PHP_INT_MAX),
        bin2hex(random_bytes(16)),
        bin2hex(openssl_random_pseudo_bytes(16)),
        implode(array_rand(array_flip(range(1, 1000)), 5)),
        str_shuffle('abcdefghijklmnopqrstuvwxyz'),
        (new Random\Randomizer())->getInt(0, PHP_INT_MAX),
        session_create_id(),
    ];
    $seen = json_decode((string) @file_get_contents('/tmp/seen') ?: '[]', true);
    file_put_contents('/tmp/seen', json_encode([...$seen, ...$numbers]));

    return array_intersect($seen, $numbers) === [];
};
