<?php

declare(strict_types=1);

// Strings of every kind: parsing by hand and by pattern, multibyte text, XML, encoding, hashing, compression.

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

/** A lexer of arithmetic, and a recursive evaluator of it. */
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
for ($round = 0; $round < 500; $round++) {
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
    if ($round % 10 === 0) {
        $xml = new SimpleXMLElement('<items/>');
        foreach (array_slice($counts, 0, 20) as $word => $count) {
            $xml->addChild('item', (string) $word)->addAttribute('n', (string) $count);
        }
        $document = new DOMDocument();
        $document->loadXML($xml->asXML());
        $total += (new DOMXPath($document))->query('//item[@n > 3]')->length + strlen(gzuncompress(gzcompress($html)));
    }
}
echo $total, "\n";
