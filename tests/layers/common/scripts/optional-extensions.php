<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// Each is switched on by name alone, as an application's php/conf.d/*.ini does it, and does what it is for.
$format = 'echo (new NumberFormatter("de_DE", NumberFormatter::CURRENCY))->formatCurrency(1234.5, "EUR"), "\n",
    IntlChar::charName("\u{e9}"), "\n", Normalizer::normalize("e\u{301}") === "\u{e9}" ? "normal" : "not", "\n",
    version_compare(INTL_ICU_VERSION, "60", ">=") ? "recent" : INTL_ICU_VERSION;';
same(
    "1.234,50\u{a0}€\nLATIN SMALL LETTER E WITH ACUTE\nnormal\nrecent",
    php(['-d', 'extension=intl', '-r', $format]),
    'intl',
);
same('kept', php([
    '-d', 'extension=apcu', '-d', 'apc.enable_cli=1', '-r', 'apcu_store("key", "kept"); echo apcu_fetch("key");',
]), 'apcu');
// Without a server: a client that is refused by one proves the code, not only the class.
same('refused', php(['-d', 'extension=redis', '-r', '
    try {
        @(new Redis())->connect("127.0.0.1", 1, 0.2);
        echo "connected";
    } catch (RedisException $error) {
        echo str_contains($error->getMessage(), "refused") ? "refused" : $error->getMessage();
    }
']), 'redis');
