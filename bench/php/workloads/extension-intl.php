<?php

declare(strict_types=1);

// intl, an extension that the training does not call: sorts, formats, normalizes and transliterates.

$words = [];
for ($i = 0; $i < 18000; $i++) {
    $words[] = ['Ärger', 'zebra', 'école', 'Ωmega', 'naïve', 'straße'][$i % 6] . ' ' . $i * 7919 % 18013;
}
$collator = new Collator('de_DE');
$collator->setAttribute(Collator::NUMERIC_COLLATION, Collator::ON);
$collator->sort($words);
$numbers = new NumberFormatter('de_DE', NumberFormatter::CURRENCY);
$dates = new IntlDateFormatter('fr_FR', IntlDateFormatter::LONG, IntlDateFormatter::SHORT, 'UTC');
$messages = new MessageFormatter('en', '{0, plural, one {# file} other {# files}} of {1, number, percent}');
$transliterator = Transliterator::create('Any-Latin; Latin-ASCII; Lower()') ?? throw new RuntimeException('ICU data is missing.');
$bytes = 0;
foreach ($words as $i => $word) {
    $bytes += strlen((string) $numbers->formatCurrency($i * 1.37, 'EUR')) + strlen((string) $dates->format($i * 86400));
    $bytes += strlen((string) $messages->format([$i, $i / 18000])) + strlen((string) $transliterator->transliterate($word));
    $bytes += grapheme_strlen((string) Normalizer::normalize($word, Normalizer::FORM_D));
}
echo $words[0], ' ', $words[17999], ' ', $bytes, "\n";
