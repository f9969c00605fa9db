<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

same('GRÜSSE', mb_strtoupper('Grüße'), 'mbstring');
// PHP 8.6 deprecates them.
set_error_handler(static fn (): bool => true, E_DEPRECATED);
ensure(mb_ereg('^\w+$', 'Grüße'), 'regular expressions of mbstring (oniguruma)');
restore_error_handler();
same("\u{3042}", mb_convert_encoding("\x82\xa0", 'UTF-8', 'SJIS'), 'Shift JIS');
same("\x41\x00\xe9\x00", iconv('UTF-8', 'UTF-16LE', 'Aé'), 'iconv');
same("\xe9", iconv('UTF-8', 'ISO-8859-1', 'é'), 'iconv to Latin 1');
same('1', ini_get('pcre.jit'), 'the JIT of PCRE');
same(1, preg_match('/^\p{Lu}\p{Ll}+$/u', 'Éte'), 'Unicode in regular expressions');
same('untranslated', gettext('untranslated'), 'gettext');
same('UTF-8', setlocale(LC_ALL, 'C.UTF-8') === false ? 'no C.UTF-8' : 'UTF-8', 'the locale C.UTF-8');
same('[1.1,"é"]', json_encode([1.1, 'é'], JSON_UNESCAPED_UNICODE), 'JSON');
ensure(ctype_alpha('abc') && !ctype_alpha('a1'), 'ctype');
same('a@example.org', filter_var('a@example.org', FILTER_VALIDATE_EMAIL), 'filter');
same(T_OPEN_TAG, token_get_all('<?php ')[0][0], 'tokenizer');
same('100000000000000000001', bcadd('99999999999999999999', '2'), 'bcmath');
same('2024-03-31 03:30 CEST', (new DateTime('2024-03-31 02:30', new DateTimeZone('Europe/Berlin')))
    ->format('Y-m-d H:i T'), 'time zones');
