<?php

declare(strict_types=1);

// Trains computations of libraries that need no extension: integers of any length in strings and in arrays, ciphers,
// dependency resolution, binary formats, text layout.

/** Arithmetic on strings of decimal digits, nine at a time. */
final class Decimal
{
    private const DIGITS = 9;

    public function add(string $a, string $b): string
    {
        [$negativeA, $a] = $this->split($a);
        [$negativeB, $b] = $this->split($b);
        if ($negativeA !== $negativeB) {
            $order = $this->compare($a, $b);
            if ($order === 0) {
                return '0';
            }
            $result = $order > 0 ? $this->take($a, $b) : $this->take($b, $a);

            return ($order > 0 ? $negativeA : $negativeB) ? '-' . $result : $result;
        }
        $length = max(strlen($a), strlen($b));
        $a = str_pad($a, $length, '0', STR_PAD_LEFT);
        $b = str_pad($b, $length, '0', STR_PAD_LEFT);
        $carry = 0;
        $result = '';
        for ($i = $length - self::DIGITS;; $i -= self::DIGITS) {
            $block = self::DIGITS;
            if ($i < 0) {
                $block += $i;
                $i = 0;
            }
            $sum = (string) ((int) substr($a, $i, $block) + (int) substr($b, $i, $block) + $carry);
            $sumLength = strlen($sum);
            if ($sumLength > $block) {
                $sum = substr($sum, 1);
                $carry = 1;
            } else {
                if ($sumLength < $block) {
                    $sum = str_repeat('0', $block - $sumLength) . $sum;
                }
                $carry = 0;
            }
            $result = $sum . $result;
            if ($i === 0) {
                break;
            }
        }
        $result = ltrim($carry === 1 ? '1' . $result : $result, '0');

        return $negativeA ? '-' . $result : ($result === '' ? '0' : $result);
    }

    public function multiply(string $a, string $b): string
    {
        [$negativeA, $a] = $this->split($a);
        [$negativeB, $b] = $this->split($b);
        if ($a === '0' || $b === '0') {
            return '0';
        }
        $left = array_map(intval(...), array_map(strrev(...), str_split(strrev($a), 7)));
        $right = array_map(intval(...), array_map(strrev(...), str_split(strrev($b), 7)));
        $cells = array_fill(0, count($left) + count($right), 0);
        foreach ($left as $i => $x) {
            if ($x === 0) {
                continue;
            }
            $carry = 0;
            foreach ($right as $j => $y) {
                $value = $cells[$i + $j] + $x * $y + $carry;
                $carry = intdiv($value, 10000000);
                $cells[$i + $j] = $value - $carry * 10000000;
            }
            for ($at = $i + count($right); $carry > 0; $at++) {
                $value = $cells[$at] + $carry;
                $carry = intdiv($value, 10000000);
                $cells[$at] = $value % 10000000;
            }
        }
        $text = '';
        for ($i = count($cells) - 1; $i >= 0; --$i) {
            $text .= sprintf('%07d', $cells[$i]);
        }
        $text = ltrim($text, '0');

        return $negativeA === $negativeB ? $text : "-$text";
    }

    /** @return array{string, string} quotient and remainder of positive numbers */
    public function divide(string $a, string $b): array
    {
        if ($this->compare($a, $b) < 0) {
            return ['0', $a];
        }
        $quotient = '';
        $rest = '';
        for ($i = 0, $length = strlen($a); $i < $length; $i++) {
            $rest = $rest === '0' ? $a[$i] : $rest . $a[$i];
            $digit = 0;
            while ($this->compare($rest, $b) >= 0) {
                $rest = $this->take($rest, $b);
                $digit++;
            }
            $quotient .= $digit;
        }

        return [ltrim($quotient, '0') ?: '0', $rest];
    }

    public function compare(string $a, string $b): int
    {
        return [strlen($a), $a] <=> [strlen($b), $b];
    }

    private function take(string $a, string $b): string
    {
        $b = str_pad($b, strlen($a), '0', STR_PAD_LEFT);
        $borrow = 0;
        for ($i = strlen($a) - 1; $i >= 0; $i--) {
            $digit = ord($a[$i]) - ord($b[$i]) - $borrow;
            $borrow = $digit < 0 ? 1 : 0;
            $a[$i] = chr(48 + ($digit + 10) % 10);
        }

        return ltrim($a, '0') ?: '0';
    }

    /** @return array{bool, string} */
    private function split(string $number): array
    {
        return $number[0] === '-' ? [true, substr($number, 1)] : [false, $number];
    }
}

/** An immutable integer in words of 26 bits. */
final class Words
{
    private const BASE = 26;
    private const MASK = 0x3FFFFFF;

    /** @param int[] $words the least significant first */
    private function __construct(private array $words)
    {
    }

    public static function fromBytes(string $bytes): self
    {
        $words = [];
        $bits = 0;
        $held = 0;
        for ($i = strlen($bytes) - 1; $i >= 0; $i--) {
            $held |= ord($bytes[$i]) << $bits;
            $bits += 8;
            if ($bits >= self::BASE) {
                $words[] = $held & self::MASK;
                $held >>= self::BASE;
                $bits -= self::BASE;
            }
        }
        $words[] = $held;

        return new self(self::trim($words));
    }

    public function toBytes(): string
    {
        $bytes = '';
        $held = 0;
        $bits = 0;
        foreach ($this->words as $word) {
            $held |= $word << $bits;
            $bits += self::BASE;
            while ($bits >= 8) {
                $bytes = chr($held & 0xFF) . $bytes;
                $held >>= 8;
                $bits -= 8;
            }
        }

        return ltrim(chr($held & 0xFF) . $bytes, "\0");
    }

    public function times(self $other): self
    {
        $product = array_fill(0, count($this->words) + count($other->words), 0);
        $length = count($other->words);
        for ($i = 0, $end = count($this->words); $i < $end; ++$i) {
            $carry = 0;
            for ($j = 0, $k = $i; $j < $length; ++$j, ++$k) {
                $value = $product[$k] + $this->words[$i] * $other->words[$j] + $carry;
                $carry = $value >> self::BASE;
                $product[$k] = $value & self::MASK;
            }
            $product[$k] = $carry;
        }

        return new self(self::trim($product));
    }

    public function modulo(self $by): self
    {
        $rest = clone $this;
        $shift = $rest->bits() - $by->bits();
        for ($subtract = $by->shifted(max(0, $shift)); $shift >= 0; $shift--) {
            if ($rest->compare($subtract) >= 0) {
                $rest = $rest->minus($subtract);
            }
            $subtract = $subtract->halved();
        }

        return $rest;
    }

    public function power(self $exponent, self $modulus): self
    {
        $result = new self([1]);
        $base = $this->modulo($modulus);
        foreach ($exponent->words as $word) {
            for ($bit = 0; $bit < self::BASE; $bit++) {
                if (($word >> $bit) & 1) {
                    $result = $result->times($base)->modulo($modulus);
                }
                $base = $base->times($base)->modulo($modulus);
            }
        }

        return $result;
    }

    public function compare(self $other): int
    {
        $order = count($this->words) <=> count($other->words);
        for ($i = count($this->words) - 1; $order === 0 && $i >= 0; --$i) {
            $order = $this->words[$i] <=> $other->words[$i];
        }

        return $order;
    }

    private function minus(self $other): self
    {
        $words = $this->words;
        $borrow = 0;
        foreach ($words as $i => $word) {
            $value = $word - ($other->words[$i] ?? 0) - $borrow;
            $borrow = $value < 0 ? 1 : 0;
            $words[$i] = $value & self::MASK;
        }

        return new self(self::trim($words));
    }

    private function bits(): int
    {
        $count = count($this->words);

        return ($count - 1) * self::BASE + strlen(decbin($this->words[$count - 1]));
    }

    private function shifted(int $bits): self
    {
        $words = array_fill(0, intdiv($bits, self::BASE), 0);
        $bits %= self::BASE;
        $carry = 0;
        foreach ($this->words as $word) {
            $value = ($word << $bits) | $carry;
            $words[] = $value & self::MASK;
            $carry = $value >> self::BASE;
        }
        $words[] = $carry;

        return new self(self::trim($words));
    }

    private function halved(): self
    {
        $words = $this->words;
        $carry = 0;
        for ($i = count($words) - 1; $i >= 0; --$i) {
            $value = $words[$i];
            $words[$i] = ($value >> 1) | $carry;
            $carry = ($value & 1) << (self::BASE - 1);
        }

        return new self(self::trim($words));
    }

    private static function trim(array $words): array
    {
        for ($i = count($words) - 1; $i > 0 && $words[$i] === 0; --$i) {
            unset($words[$i]);
        }

        return $words;
    }
}

/** A stream cipher, a checksum and a digest, on 32-bit integers. */
final class Cipher
{
    public static function stream(string $key, string $text): string
    {
        $state = range(0, 255);
        $length = strlen($key);
        for ($i = 0, $j = 0; $i < 256; $i++) {
            $j = ($j + $state[$i] + ord($key[$i % $length])) & 255;
            [$state[$i], $state[$j]] = [$state[$j], $state[$i]];
        }
        $result = '';
        for ($at = 0, $i = 0, $j = 0, $end = strlen($text); $at < $end; $at++) {
            $i = ($i + 1) & 255;
            $si = $state[$i];
            $j = ($j + $si) & 255;
            $sj = $state[$j];
            $state[$i] = $sj;
            $state[$j] = $si;
            $result .= $text[$at] ^ chr($state[($si + $sj) & 255]);
        }

        return $result;
    }

    public static function digest(string $text): string
    {
        static $roots = null;
        if ($roots === null) {
            for ($i = 0; $i < 64; $i++) {
                $roots[] = (int) floor(abs(sin($i + 1)) * 4294967296) & 0xFFFFFFFF;
            }
        }
        [$a, $b, $c, $d] = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476];
        $padded = $text . "\x80" . str_repeat("\0", (55 - strlen($text)) & 63) . pack('P', strlen($text) * 8);
        foreach (str_split($padded, 64) as $chunk) {
            $words = array_values(unpack('V16', $chunk));
            [$e, $f, $g, $h] = [$a, $b, $c, $d];
            for ($i = 0; $i < 64; $i++) {
                switch ($i >> 4) {
                    case 0: $mix = ($f & $g) | (~$f & $h); $at = $i; break;
                    case 1: $mix = ($h & $f) | (~$h & $g); $at = (5 * $i + 1) & 15; break;
                    case 2: $mix = $f ^ $g ^ $h; $at = (3 * $i + 5) & 15; break;
                    default: $mix = $g ^ ($f | (~$h & 0xFFFFFFFF)); $at = (7 * $i) & 15;
                }
                $sum = ($e + $mix + $roots[$i] + $words[$at]) & 0xFFFFFFFF;
                $turn = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21][($i >> 4) * 4 + ($i & 3)];
                [$e, $h, $g, $f] = [$h, $g, $f, ($f + (($sum << $turn) | ($sum >> (32 - $turn)))) & 0xFFFFFFFF];
            }
            $a = ($a + $e) & 0xFFFFFFFF;
            $b = ($b + $f) & 0xFFFFFFFF;
            $c = ($c + $g) & 0xFFFFFFFF;
            $d = ($d + $h) & 0xFFFFFFFF;
        }

        return bin2hex(pack('V4', $a, $b, $c, $d));
    }

    public static function checksum(string $bytes): int
    {
        $crc = ~0 & 0xFFFFFFFF;
        foreach (unpack('C*', $bytes) as $byte) {
            $crc ^= $byte;
            for ($bit = 0; $bit < 8; $bit++) {
                $crc = ($crc >> 1) ^ (0xEDB88320 & -($crc & 1));
            }
        }

        return $crc ^ 0xFFFFFFFF;
    }
}

/** Finds compatible versions by rules over numbered candidates, with backtracking. */
final class Resolver
{
    /** @var array<int, list<list<int>>> */
    private array $watched = [];
    /** @var array<int, int> */
    private array $decided = [];
    private SplFixedArray $trail;
    private int $length = 0;
    /** @var array<string, array<string, int>> */
    private array $ids = [];
    private SplQueue $queue;

    /** @param array<string, list<string>> $packages versions of each */
    public function __construct(array $packages)
    {
        $id = 0;
        foreach ($packages as $name => $versions) {
            foreach ($versions as $version) {
                $this->ids[$name][self::normalise($version)] = ++$id;
            }
            uksort($this->ids[$name], static fn (string $a, string $b): int => version_compare($b, $a));
        }
        $this->trail = new SplFixedArray($id + 1);
        $this->queue = new SplQueue();
    }

    public static function normalise(string $version): string
    {
        if (!preg_match('{^v?(\d{1,5})(\.\d++)?(\.\d++)?(?:[._-]?(stable|beta|b|RC|alpha|a|patch|p)(\d*))?$}i', trim($version), $match)) {
            throw new UnexpectedValueException("\"$version\" is no version.");
        }
        $stability = match (strtolower($match[4] ?? '')) {
            'beta', 'b' => '-beta',
            'alpha', 'a' => '-alpha',
            'rc' => '-RC',
            'p', 'patch' => '-patch',
            default => '',
        };

        return $match[1] . ($match[2] ?? '' ?: '.0') . (($match[3] ?? '') ?: '.0') . $stability . ($stability === '' ? '' : ($match[5] ?? ''));
    }

    /** @return int[] */
    public function matching(string $name, string $constraint): array
    {
        $found = [];
        foreach ($this->ids[$name] ?? [] as $version => $id) {
            foreach (preg_split('{\s*\|\|?\s*}', $constraint) as $alternative) {
                $holds = true;
                foreach (preg_split('{[\s,]+}', trim($alternative)) as $part) {
                    preg_match('{^(\^|~|>=?|<=?|!=|=)?\s*(.+)$}', $part, $match);
                    $bound = self::normalise($match[2]);
                    [$major, $minor] = array_map(intval(...), explode('.', $bound));
                    $holds = $holds && match ($match[1]) {
                        '^' => version_compare($version, $bound, '>=') && version_compare($version, ($major + 1) . '.0.0', '<'),
                        '~' => version_compare($version, $bound, '>=') && version_compare($version, $major . '.' . ($minor + 1) . '.0', '<'),
                        '', '=' => version_compare($version, $bound, '=='),
                        default => version_compare($version, $bound, $match[1]),
                    };
                }
                if ($holds) {
                    $found[] = $id;
                    break;
                }
            }
        }

        return $found;
    }

    public function add(int ...$literals): void
    {
        $rule = array_values($literals);
        foreach (array_slice($rule, 0, 2) as $literal) {
            $this->watched[$literal][] = $rule;
        }
        if (count($rule) === 1) {
            $this->queue->enqueue($rule[0]);
        }
    }

    /** @return string[]|null */
    public function solve(): ?array
    {
        while (!$this->queue->isEmpty()) {
            if (!$this->decide($this->queue->dequeue())) {
                return null;
            }
        }
        foreach ($this->ids as $versions) {
            $chosen = false;
            foreach ($versions as $id) {
                if (isset($this->decided[$id]) && $this->decided[$id] > 0) {
                    $chosen = true;
                    break;
                }
            }
            foreach ($chosen ? [] : $versions as $id) {
                $mark = $this->length;
                if (!isset($this->decided[$id]) && $this->decide($id)) {
                    continue 2;
                }
                while ($this->length > $mark) {
                    unset($this->decided[abs($this->trail[--$this->length])]);
                }
            }
        }
        $result = [];
        foreach ($this->ids as $name => $versions) {
            foreach ($versions as $version => $id) {
                if (($this->decided[$id] ?? 0) > 0) {
                    $result[] = "$name $version";
                }
            }
        }
        sort($result, SORT_NATURAL);

        return $result;
    }

    private function decide(int $literal): bool
    {
        $pending = [$literal];
        while (($literal = array_pop($pending)) !== null) {
            $id = abs($literal);
            if (isset($this->decided[$id])) {
                if ($this->decided[$id] !== ($literal <=> 0)) {
                    return false;
                }
                continue;
            }
            $this->decided[$id] = $literal > 0 ? 1 : -1;
            $this->trail[$this->length++] = $literal;
            foreach ($this->watched[-$literal] ?? [] as $rule) {
                $open = null;
                $count = 0;
                foreach ($rule as $other) {
                    $state = $this->decided[abs($other)] ?? 0;
                    if ($state !== 0 && ($state > 0) === ($other > 0)) {
                        continue 2;
                    }
                    if ($state === 0) {
                        $open = $other;
                        $count++;
                    }
                }
                if ($count === 0) {
                    return false;
                }
                if ($count === 1) {
                    $pending[] = $open;
                }
            }
        }

        return true;
    }
}

/** Breaks text into lines and writes them as commands of a page. */
function page(string $text, float $width): string
{
    $font = array_combine(range(32, 126), array_map(static fn (int $code): float => 0.3 + $code % 7 / 12, range(32, 126)));
    $commands = sprintf("%.2F w\nBT /F%d %.2F Tf ET\n", 0.57, 1, 10.5);
    $y = 800.0;
    $line = '';
    $used = 0.0;
    foreach (preg_split('/(?<= )/', $text) as $word) {
        $size = 0.0;
        for ($i = 0, $length = strlen($word); $i < $length; $i++) {
            $size += $font[ord($word[$i])] ?? 0.5;
        }
        if ($used + $size > $width && $line !== '') {
            $escaped = str_replace(['\\', '(', ')'], ['\\\\', '\\(', '\\)'], rtrim($line));
            $commands .= sprintf("BT %.2F %.2F Td %.3F Tw (%s) Tj ET\n", 28.35, $y, ($width - $used) / max(1, substr_count($line, ' ')), $escaped);
            $y -= 1.25 * 10.5;
            $line = '';
            $used = 0.0;
        }
        $line .= $word;
        $used += $size;
    }

    return $commands . "($line) Tj\n";
}

$decimal = new Decimal();
$total = 0;
$a = '123456789012345678901234567890';
$b = '-987654321';
for ($i = 0; $i < 420; $i++) {
    $a = $decimal->add($a, $decimal->multiply($b, (string) ($i * 7919 + 1)));
    $b = $decimal->add($b, (string) ($i % 2 ? -$i : $i));
    [$quotient, $rest] = $decimal->divide(ltrim($a, '-') . $i, '98765432123');
    $total += strlen($quotient) + (int) $rest % 7;
    if ($i % 12 === 0) {
        $a = $decimal->multiply($a, '9999999967');
    }
}
$modulus = Words::fromBytes(hash('sha256', 'modulus', true) . "\1");
for ($i = 0; $i < 3; $i++) {
    $total += strlen(Words::fromBytes(hash('sha256', "b$i", true))->power(Words::fromBytes("\x01\x00\x01"), $modulus)->toBytes());
}
for ($i = 0; $i < 60; $i++) {
    $text = str_repeat("some text ($i) to be hidden, ", 12);
    $total += strlen(Cipher::stream("key $i", $text)) + hexdec(substr(Cipher::digest($text), 0, 4)) + Cipher::checksum($text) % 5;
    $total += strlen(page($text, 40.0 + $i));
    $header = pack('a4nNvVqEC', 'HEAD', $i, $i * 3, $i, $total, -$i, 1.5 * $i, 255);
    $fields = unpack('a4kind/nshort/Nlong/vlittle/Vother/qwide/Ereal/Cbyte', $header);
    $total += count($fields) + $fields['wide'] + (int) $fields['real'] + ip2long('10.1.2.3') % 3;
}
for ($round = 0; $round < 16; $round++) {
    $packages = [];
    for ($i = 0; $i < 30; $i++) {
        $packages["vendor/package-$i"] = ['1.0', '1.4.2', 'v2.0.0-beta1', '2.0.0', '2.3', '3.0.0-RC2'];
    }
    $resolver = new Resolver($packages);
    foreach ($packages as $name => $versions) {
        $mine = $resolver->matching($name, '>=1.0');
        foreach ($mine as $index => $id) {
            foreach (array_slice($mine, $index + 1) as $other) {
                $resolver->add(-$id, -$other);
            }
        }
        $number = (int) substr($name, 15);
        foreach ($resolver->matching($name, '^2.0 || ~1.4') as $id) {
            $needed = 'vendor/package-' . ($number * 7 + $round) % 30;
            if ($needed !== $name) {
                $resolver->add(-$id, ...$resolver->matching($needed, $number % 3 === 0 ? '^1.0' : '>=2.0 <3.0'));
            }
        }
        if ($number % 10 === 0) {
            $resolver->add(...$resolver->matching($name, '!=2.0.0, <3'));
        }
    }
    $total += count($resolver->solve() ?? []);
}
echo $total, "\n";
