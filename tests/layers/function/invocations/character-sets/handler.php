<?php

declare(strict_types=1);

/**
 * Checks iconv's character sets that Lambda's glibc lacks. Their modules are in the layer. The bootstrap sets
 * GCONV_PATH to their folder.
 *
 * @return string[] differences
 */
return static function (): array {
    if (!is_file('/opt/lib/gconv/gconv-modules')) {
        return ['The layer has no modules.'];
    }
    $problems = [];
    $same = static function (string $what, string|false $expected, string|false $got) use (&$problems): void {
        if ($expected !== $got) {
            $problems[] = "$what: expected " . bin2hex((string) $expected) . ', got ' . bin2hex((string) $got);
        }
    };

    // From Unicode's tables (https://www.unicode.org/Public/MAPPINGS/).
    foreach ([
        ['WINDOWS-1251', 'Привет', "\xcf\xf0\xe8\xe2\xe5\xf2"],
        ['ISO-8859-2', 'Dvořák', "Dvo\xf8\xe1k"],
        ['IBM437', 'é', "\x82"],
        ['CP850', 'ß', "\xe1"],
        ['MACINTOSH', 'é', "\x8e"],
        ['IBM037', 'Hello', "\xc8\x85\x93\x93\x96"],
        ['EBCDIC-CP-CH', '[', "\x4a"],
        ['IBM1140', '€', "\x9f"],
        ['EUC-JP', 'あ', "\xa4\xa2"],
        ['SHIFT_JIS', 'あ', "\x82\xa0"],
        ['ISO-2022-JP', 'あ', "\x1b\$B\$\"\x1b(B"],
        ['BIG5', '中', "\xa4\xa4"],
        ['GBK', '中', "\xd6\xd0"],
        ['GB18030', '€', "\xa2\xe3"],
        ['EUC-KR', '가', "\xb0\xa1"],
        ['TIS-620', 'ก', "\xa1"],
    ] as [$charset, $text, $bytes]) {
        $same("to $charset", $bytes, iconv('UTF-8', $charset, $text));
        $same("from $charset", $text, iconv($charset, 'UTF-8', $bytes));
    }
    $same('a character that the set lacks', '5 EUR', iconv('UTF-8', 'KOI8-R//TRANSLIT', '5 €'));

    // Compares byte by byte with mbstring, which has its own tables.
    foreach (['ISO-8859-5', 'ISO-8859-7', 'ISO-8859-16', 'KOI8-R', 'CP866'] as $charset) {
        for ($byte = 0x20; $byte < 0x100; $byte++) {
            $character = mb_convert_encoding(chr($byte), 'UTF-8', $charset);
            if ($character !== '?' && $character !== "\u{fffd}") {
                $same("$charset, 0x" . dechex($byte), $character, iconv($charset, 'UTF-8', chr($byte)));
            }
        }
    }

    // The XML parser uses iconv, too.
    $xml = simplexml_load_string("<?xml version='1.0' encoding='windows-1250'?><a>\xf8</a>");
    $same('XML', 'ř', (string) $xml);

    // Each module of the layer loads by each of its names.
    preg_match_all('~^(?:alias|module) (\S+)// ~m', file_get_contents('/opt/lib/gconv/gconv-modules'), $names);
    $charsets = array_unique(array_diff($names[1], ['INTERNAL']));
    if (count($charsets) < 250) {
        $problems[] = 'only ' . count($charsets) . ' names of character sets';
    }
    foreach ($charsets as $charset) {
        $bytes = iconv('UTF-8', $charset, '1');
        $same($charset, '1', $bytes === false ? false : iconv($charset, 'UTF-8', $bytes));
    }

    return $problems;
};
