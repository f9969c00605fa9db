<?php

declare(strict_types=1);

// Trains strings: parsing character by character and by pattern, multibyte text, encoding, hashing.
// Needs: ctype, iconv

/** A small Markdown reader: line loops, string offsets and regular expressions with callbacks. */
function render(string $markdown): string
{
    $html = [];
    $list = false;
    foreach (explode("\n", $markdown) as $line) {
        $line = rtrim($line);
        if ($line === '') {
            continue;
        }
        $isItem = str_starts_with($line, '- ');
        if ($isItem !== $list) {
            $html[] = $isItem ? '<ul>' : '</ul>';
            $list = $isItem;
        }
        $level = strspn($line, '#');
        $text = htmlspecialchars(ltrim($line, '#- '));
        $text = preg_replace_callback('/`([^`]+)`|\*\*(.+?)\*\*|\[([^\]]+)\]\(([^)]+)\)/', static fn (array $m): string => match (true) {
            ($m[1] ?? '') !== '' => "<code>{$m[1]}</code>",
            ($m[2] ?? '') !== '' => "<b>{$m[2]}</b>",
            default => '<a href="' . strtr($m[4], [' ' => '%20']) . "\">{$m[3]}</a>",
        }, $text);
        $html[] = $level > 0 ? "<h$level>$text</h$level>" : ($isItem ? "<li>$text</li>" : "<p>$text</p>");
    }

    return implode("\n", $html);
}

/** A lexer and a recursive evaluator of arithmetic. */
function evaluate(string $source): float
{
    preg_match_all('~\d+(?:\.\d+)?|[-+*/()]~', $source, $matches);
    $tokens = new ArrayIterator($matches[0]);
    $factor = static function () use (&$sum, $tokens): float {
        $token = $tokens->current();
        $tokens->next();
        if ($token !== '(') {
            return (float) $token;
        }
        $value = $sum();
        $tokens->next();

        return $value;
    };
    $product = static function () use ($factor, $tokens): float {
        $value = $factor();
        while (in_array($tokens->current(), ['*', '/'], true)) {
            $operator = $tokens->current();
            $tokens->next();
            $value = $operator === '*' ? $value * $factor() : $value / max(1.0, $factor());
        }

        return $value;
    };
    $sum = static function () use ($product, $tokens): float {
        $value = $product();
        while (in_array($tokens->current(), ['+', '-'], true)) {
            $operator = $tokens->current();
            $tokens->next();
            $value += $operator === '+' ? $product() : -$product();
        }

        return $value;
    };

    return $sum();
}

/** @return Generator<int, string> */
function words(string $text): Generator
{
    $start = 0;
    $length = strlen($text);
    for ($i = 0; $i < $length; $i++) {
        if (!ctype_alnum($text[$i])) {
            if ($i > $start) {
                yield substr($text, $start, $i - $start);
            }
            $start = $i + 1;
        }
    }
}

$paragraph = "# Übersicht\n\nA **bold** claim, `code()` and [a link](http://example.org/a b).\n- one\n- two & three\n\nEnde über alles: naïve café.\n";
$total = 0;
for ($round = 0; $round < 1200; $round++) {
    $html = render(str_repeat($paragraph, 4) . $round);
    $counts = [];
    foreach (words($html) as $word) {
        $word = strtolower($word);
        $counts[$word] = ($counts[$word] ?? 0) + 1;
    }
    arsort($counts);
    $total += count($counts) + (int) evaluate("(1+$round)*3-4/(2+$round)");
    $slug = trim(preg_replace('/[^a-z0-9]+/', '-', strtolower(strip_tags($html))), '-');
    $total += mb_strlen(mb_strtoupper(mb_substr($html, 0, 400))) + mb_strpos($html, 'über') + similar_text('kitten', 'sitting');
    $query = http_build_query(['q' => $slug, 'filter' => ['a' => 1, 'b' => [2, 3]]]);
    $total += count(parse_url("https://u:p@example.org:8080/x/y?$query#f")) + strlen(base64_decode(base64_encode($query)));
    $total += strlen(sprintf('%08.3f|%-20s|%05d|%x', $round / 7, substr($slug, 0, 20), $round, $round)) + crc32($html);
    $token = hash_hmac('sha256', $html, 'key') . md5($slug) . bin2hex(random_bytes(8));
    $total += strlen($token) + levenshtein(substr($token, 0, 20), substr($slug, 0, 20));
}

$scripts = ['Größe und Maß, naïve café', 'Привет, мир: первый', 'こんにちは世界、テスト', 'plain words of ASCII', 'Ελληνικά και άλλα', "emoji 👍🏽 and e\u{301}"];
for ($round = 0; $round < 900; $round++) {
    foreach ($scripts as $text) {
        $text .= " $round";
        $lower = mb_strtolower($text, 'UTF-8');
        $total += mb_strlen($text) + mb_strwidth($text) + (int) mb_strpos($lower, ' ', 2) + (int) mb_strrpos($lower, 'e') + (int) mb_stripos($text, 'WORD');
        $total += strlen(mb_convert_case($text, MB_CASE_TITLE, 'UTF-8') . mb_strtoupper($text) . mb_substr($text, -6, 3) . mb_strimwidth($text, 0, 14, '…'));
        $total += mb_substr_count($text . $text, ' ') + (mb_check_encoding($text, 'UTF-8') ? 1 : 0) + count(mb_str_split($text)) + count(preg_split('//u', $text, -1, PREG_SPLIT_NO_EMPTY));
        foreach (['UTF-16LE', 'UTF-16', 'ISO-8859-1', 'Windows-1252', 'SJIS', 'EUC-JP'] as $encoding) {
            $total += strlen(mb_convert_encoding(mb_convert_encoding($text, $encoding, 'UTF-8'), 'UTF-8', $encoding));
        }
        $total += mb_ord($text) + strlen(mb_chr(0x1F600 + $round % 16)) + strlen((string) mb_detect_encoding($text, ['ASCII', 'UTF-8', 'ISO-8859-1'], true));
        $total += strlen(mb_encode_mimeheader($text, 'UTF-8')) + strlen(htmlentities($text)) + strlen(html_entity_decode('&auml;&#228;&lt;')) + iconv_strlen($text, 'UTF-8');
        $total += preg_match_all('/\p{L}+/u', $text) + strlen(preg_replace('/[^\p{L}\p{N}]+/u', '-', $text)) + strlen(quoted_printable_encode($text)) + strlen(ucwords($text) . nl2br($text));
    }
}
echo $total, "\n";
