<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

enableExtension('intl');

// Compares results: an old ICU once returned wrong ones, and an ICU without its data returns none.
ensure(version_compare(INTL_ICU_VERSION, '60', '>='), 'ICU is recent; it is ' . INTL_ICU_VERSION);
$euro = new NumberFormatter('de_DE', NumberFormatter::CURRENCY);
same("1.234,50\u{a0}€", $euro->formatCurrency(1234.5, 'EUR'), 'German currency');
same('१२,३४,५६७', (new NumberFormatter('hi_IN@numbers=deva', NumberFormatter::DECIMAL))->format(1234567), 'Hindi digits');
$date = new IntlDateFormatter('fr_FR', IntlDateFormatter::FULL, IntlDateFormatter::NONE, 'Europe/Paris');
same('dimanche 31 mars 2024', $date->format(new DateTime('2024-03-31 12:00 UTC')), 'a date in French');
$berlin = IntlTimeZone::createTimeZone('Europe/Berlin');
$berlin->getOffset(strtotime('2024-07-01') * 1000.0, false, $offset, $saving);
same([3_600_000, 3_600_000], [$offset, $saving], 'summer time');
$plural = '{0, plural, one {# файл} few {# файла} many {# файлов} other {# файла}}';
same('3 файла', MessageFormatter::formatMessage('ru_RU', $plural, [3]), 'Russian plurals');
$words = ['Zoë', 'Ähre', 'Apfel', 'Öl'];
(new Collator('sv_SE'))->sort($words);
same(['Apfel', 'Zoë', 'Ähre', 'Öl'], $words, 'Swedish collation');
same("\u{e9}", Normalizer::normalize("e\u{301}"), 'normalization');
same('xn--bcher-kva.example', idn_to_ascii('bücher.example'), 'domain names');
same('moskva', Transliterator::create('Russian-Latin/BGN; Lower')->transliterate('Москва'), 'transliteration');
same('LATIN SMALL LETTER E WITH ACUTE', IntlChar::charName("\u{e9}"), 'character names');
same(1, grapheme_strlen("👨‍👩‍👧"), 'graphemes');
same('Deutschland', Locale::getDisplayRegion('de_DE', 'de'), 'region names');
