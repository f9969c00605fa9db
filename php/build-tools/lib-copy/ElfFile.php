<?php

declare(strict_types=1);

namespace LibCopy;

use RuntimeException;

/**
 * The parts of an ELF file that the dynamic loader reads: the needed libraries, their search paths, and the symbol
 * versions that the file defines. The file is only read, never executed, so any CPU can read files for any other CPU.
 *
 * Sources: "Tool Interface Standard, Executable and Linking Format", elf(5), and for symbol versions the Linux Standard
 * Base, "Symbol Versioning".
 */
final class ElfFile
{
    private const PT_LOAD = 1;
    private const PT_DYNAMIC = 2;
    private const PT_INTERP = 3;

    private const DT_NEEDED = 1;
    private const DT_HASH = 4;
    private const DT_STRTAB = 5;
    private const DT_SYMTAB = 6;
    private const DT_STRSZ = 10;
    private const DT_SONAME = 14;
    private const DT_RPATH = 15;
    private const DT_RUNPATH = 29;
    private const DT_GNU_HASH = 0x6ffffef5;
    private const DT_VERDEF = 0x6ffffffc;
    private const DT_VERDEFNUM = 0x6ffffffd;

    private const SYMBOL_BYTES = 24;
    private const SHN_UNDEF = 0;
    private const STB_LOCAL = 0;

    /** Flag of the version definition that only names the file itself. */
    private const VER_FLG_BASE = 1;

    /** AWS's names of Lambda's two CPUs, by e_machine. */
    private const MACHINES = [62 => 'x86_64', 183 => 'arm64'];

    /**
     * @param string[] $needed names of libraries, in the file's order
     * @param string[] $rpath folders of DT_RPATH, with $ORIGIN resolved
     * @param string[] $runpath folders of DT_RUNPATH, with $ORIGIN resolved
     * @param string[] $versionDefinitions symbol versions that the file defines
     */
    private function __construct(
        public readonly string $path,
        public readonly string $machine,
        public readonly array $needed,
        public readonly array $rpath,
        public readonly array $runpath,
        public readonly ?string $soname,
        public readonly ?string $interpreter,
        public readonly array $versionDefinitions,
    ) {
    }

    /** Reads a file. Returns null if Lambda could not load it (a script, a text, a file for another kind of CPU). */
    public static function read(string $path): ?self
    {
        $content = file_get_contents($path);
        if ($content === false) {
            throw new RuntimeException("$path cannot be read.");
        }
        // Both of Lambda's CPUs are 64-bit and little-endian.
        if (!str_starts_with($content, "\x7fELF\x02\x01")) {
            return null;
        }
        $machine = self::MACHINES[self::number($content, 18, 2)] ?? null;
        if ($machine === null) {
            return null;
        }
        $segments = self::segments($content);
        $dynamic = self::dynamicSection($content, $segments, $path);
        $name = static fn (int $offset): string => self::nameAt($dynamic['strings'], $offset, $path);
        $folders = static fn (int $tag): array => self::folders(
            array_map($name, $dynamic['entries'][$tag] ?? []),
            dirname((string) realpath($path)),
        );

        return new self(
            $path,
            $machine,
            array_map($name, $dynamic['entries'][self::DT_NEEDED] ?? []),
            $folders(self::DT_RPATH),
            $folders(self::DT_RUNPATH),
            array_map($name, $dynamic['entries'][self::DT_SONAME] ?? [])[0] ?? null,
            self::interpreter($content, $segments),
            self::versionDefinitions($content, $dynamic['entries'], $segments, $name, $path),
        );
    }

    /** @return string[] names of the symbols that a library defines for others, sorted */
    public static function exports(string $path): array
    {
        $content = (string) file_get_contents($path);
        $segments = self::segments($content);
        ['entries' => $entries, 'strings' => $strings] = self::dynamicSection($content, $segments, $path);
        if (!isset($entries[self::DT_SYMTAB])) {
            return [];
        }
        $table = self::offsetOf($entries[self::DT_SYMTAB][0], $segments, $path);
        $names = [];
        // The first symbol is reserved.
        for ($index = 1, $count = self::countDefined($content, $entries, $segments, $path); $index < $count; $index++) {
            $at = $table + $index * self::SYMBOL_BYTES;
            $isLocal = ord($content[$at + 4]) >> 4 === self::STB_LOCAL;
            if (!$isLocal && self::number($content, $at + 6, 2) !== self::SHN_UNDEF) {
                $names[self::nameAt($strings, self::number($content, $at, 4), $path)] = true;
            }
        }
        ksort($names, SORT_STRING);

        return array_map(strval(...), array_keys($names));
    }

    /**
     * Returns a number of symbols that includes all defined ones. DT_HASH contains it. DT_GNU_HASH has a header of four
     * words, a Bloom filter of 64-bit words, the first symbol of each bucket, and a word per defined symbol, which is odd
     * for the last one of its bucket.
     *
     * @param array<int, int[]> $entries
     * @param array<int, list<array{offset: int, address: int, size: int}>> $segments
     */
    private static function countDefined(string $content, array $entries, array $segments, string $path): int
    {
        if (isset($entries[self::DT_HASH])) {
            return self::number($content, self::offsetOf($entries[self::DT_HASH][0], $segments, $path) + 4, 4);
        }
        if (!isset($entries[self::DT_GNU_HASH])) {
            return 0;
        }
        $start = self::offsetOf($entries[self::DT_GNU_HASH][0], $segments, $path);
        $buckets = self::number($content, $start, 4);
        $first = self::number($content, $start + 4, 4);
        $bucketsAt = $start + 16 + self::number($content, $start + 8, 4) * 8;
        $last = 0;
        for ($bucket = 0; $bucket < $buckets; $bucket++) {
            $last = max($last, self::number($content, $bucketsAt + $bucket * 4, 4));
        }
        if ($last < $first) {
            return $first;
        }
        $chainsAt = $bucketsAt + $buckets * 4;
        while ((self::number($content, $chainsAt + ($last - $first) * 4, 4) & 1) === 0) {
            $last++;
        }

        return $last + 1;
    }

    /** @param array<int, list<array{offset: int, address: int, size: int}>> $segments */
    private static function interpreter(string $content, array $segments): ?string
    {
        $segment = $segments[self::PT_INTERP][0] ?? null;

        return $segment === null ? null : rtrim(substr($content, $segment['offset'], $segment['size']), "\0");
    }

    /**
     * @param array<int, int[]> $entries
     * @param array<int, list<array{offset: int, address: int, size: int}>> $segments
     * @param callable(int): string $name
     * @return string[]
     */
    private static function versionDefinitions(
        string $content,
        array $entries,
        array $segments,
        callable $name,
        string $path,
    ): array {
        if (!isset($entries[self::DT_VERDEF])) {
            return [];
        }
        $versions = [];
        $at = self::offsetOf($entries[self::DT_VERDEF][0], $segments, $path);
        for ($left = $entries[self::DT_VERDEFNUM][0] ?? 0; $left > 0; $left--) {
            if ((self::number($content, $at + 2, 2) & self::VER_FLG_BASE) === 0) {
                $versions[] = $name(self::number($content, $at + self::number($content, $at + 12, 4), 4));
            }
            $step = self::number($content, $at + 16, 4);
            if ($step === 0) {
                break;
            }
            $at += $step;
        }

        return $versions;
    }

    /**
     * @param array<int, list<array{offset: int, address: int, size: int}>> $segments
     * @return array{entries: array<int, int[]>, strings: string} values by tag, and the string table that they
     *     refer to; both are empty for a static executable
     */
    private static function dynamicSection(string $content, array $segments, string $path): array
    {
        $entries = [];
        foreach ($segments[self::PT_DYNAMIC] ?? [] as $segment) {
            for ($at = $segment['offset']; $at < $segment['offset'] + $segment['size']; $at += 16) {
                $tag = self::number($content, $at, 8);
                if ($tag === 0) {
                    break;
                }
                $entries[$tag][] = self::number($content, $at + 8, 8);
            }
        }
        if ($entries === []) {
            return ['entries' => [], 'strings' => ''];
        }
        $offset = self::offsetOf($entries[self::DT_STRTAB][0] ?? -1, $segments, $path);

        return ['entries' => $entries, 'strings' => substr($content, $offset, $entries[self::DT_STRSZ][0] ?? 0)];
    }

    /**
     * Returns the file offset of the data that is loaded at an address.
     *
     * @param array<int, list<array{offset: int, address: int, size: int}>> $segments
     */
    private static function offsetOf(int $address, array $segments, string $path): int
    {
        foreach ($segments[self::PT_LOAD] ?? [] as $segment) {
            $inside = $address - $segment['address'];
            if ($inside >= 0 && $inside < $segment['size']) {
                return $segment['offset'] + $inside;
            }
        }
        throw new RuntimeException("$path is damaged: a table of its dynamic section is outside of all segments.");
    }

    /** @return array<int, list<array{offset: int, address: int, size: int}>> program headers by type */
    private static function segments(string $content): array
    {
        $start = self::number($content, 32, 8);
        $size = self::number($content, 54, 2);
        $segments = [];
        for ($index = 0; $index < self::number($content, 56, 2); $index++) {
            $at = $start + $index * $size;
            $segments[self::number($content, $at, 4)][] = [
                'offset' => self::number($content, $at + 8, 8),
                'address' => self::number($content, $at + 16, 8),
                'size' => self::number($content, $at + 32, 8),
            ];
        }

        return $segments;
    }

    private static function number(string $content, int $offset, int $bytes): int
    {
        if ($offset < 0 || $offset + $bytes > strlen($content)) {
            throw new RuntimeException("An ELF file is truncated: it ends before byte $offset.");
        }

        return unpack([2 => 'v', 4 => 'V', 8 => 'P'][$bytes], $content, $offset)[1];
    }

    private static function nameAt(string $strings, int $offset, string $path): string
    {
        $end = $offset >= 0 && $offset < strlen($strings) ? strpos($strings, "\0", $offset) : false;
        if ($end === false) {
            throw new RuntimeException("$path is damaged: a name is outside of its string table.");
        }

        return substr($strings, $offset, $end - $offset);
    }

    /**
     * @param string[] $values values of the file: folders separated by colons
     * @return string[]
     */
    private static function folders(array $values, string $origin): array
    {
        $folders = array_filter(explode(':', implode(':', $values)), static fn (string $folder) => $folder !== '');

        return array_values(str_replace(['$ORIGIN', '${ORIGIN}'], $origin, $folders));
    }
}
