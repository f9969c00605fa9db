<?php

declare(strict_types=1);

// mbstring's conversions, case folding and patterns, which the training does not call.

$text = str_repeat('Größe, naïveté, 日本語のテキスト, Ελληνικά, кириллица. ', 120);
$sum = 0;
for ($i = 0; $i < 480; $i++) {
    foreach (['SJIS-win', 'EUC-JP', 'UTF-16LE', 'GB18030', 'ISO-8859-7'] as $charset) {
        $converted = mb_convert_encoding($text, $charset, 'UTF-8');
        $sum += strlen($converted) + (mb_check_encoding($converted, $charset) ? 1 : 0);
        $sum += strlen(mb_convert_encoding($converted, 'UTF-8', $charset));
    }
    $sum += strlen(mb_convert_case($text, MB_CASE_TITLE)) + strlen(mb_strtolower($text)) + mb_strwidth($text);
    $sum += strlen(mb_encode_mimeheader(mb_substr($text, $i, 300))) + mb_strpos($text, 'кириллица', $i);
    $sum += strlen((string) mb_ereg_replace('[[:alpha:]]+語', "<$i>", mb_substr($text, 0, 600)));
    $sum += count(mb_split(',\s*', $text)) + strlen(mb_strimwidth($text, 0, 800, '…'));
}
echo $sum, "\n";
