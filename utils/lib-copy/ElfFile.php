<?php

declare(strict_types=1);

namespace LibCopy;

use RuntimeException;

/**
 * What the dynamic loader reads of an ELF file: which libraries it needs and where it wants them looked for.
 * The file is only read, never run, so that a file for any CPU is understood on any CPU.
 *
 * Layout: "Tool Interface Standard, Executable and Linking Format", and elf(5).
 */
final class ElfFile
{
    private const PT_LOAD = 1;
    private const PT_DYNAMIC = 2;

    private const DT_NEEDED = 1;
    private const DT_STRTAB = 5;
    private const DT_STRSZ = 10;
    private const DT_RPATH = 15;
    private const DT_RUNPATH = 29;

    /** Lambda's two CPUs by their e_machine, named as AWS names them. */
    private const MACHINES = [62 => 'x86_64', 183 => 'arm64'];

    /**
     * @param string[] $needed names of libraries, in the loader's order
     * @param string[] $rpath folders, $ORIGIN replaced
     * @param string[] $runpath folders, $ORIGIN replaced
     */
    private function __construct(
        public readonly string $path,
        public readonly string $machine,
        public readonly array $needed,
        public readonly array $rpath,
        public readonly array $runpath,
    ) {
    }

    /** The file, or null where it is none that Lambda could load (a script, a text, another kind of CPU). */
    public static function read(string $path): ?self
    {
        $content = file_get_contents($path);
        if ($content === false) {
            throw new RuntimeException("$path cannot be read.");
        }
        // 64 bits, little endian: both of Lambda's CPUs.
        if (!str_starts_with($content, "\x7fELF\x02\x01")) {
            return null;
        }
        $machine = self::MACHINES[self::number($content, 18, 2)] ?? null;
        if ($machine === null) {
            return null;
        }
        $dynamic = self::dynamicSection($content, $path);
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
        );
    }

    /**
     * @return array{entries: array<int, int[]>, strings: string} values by tag, and the string table that they
     *     point into; empty for a static executable
     */
    private static function dynamicSection(string $content, string $path): array
    {
        $segments = self::segments($content);
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
        $address = $entries[self::DT_STRTAB][0] ?? -1;
        foreach ($segments[self::PT_LOAD] ?? [] as $segment) {
            $inside = $address - $segment['address'];
            if ($inside >= 0 && $inside < $segment['size']) {
                $size = $entries[self::DT_STRSZ][0] ?? 0;

                return ['entries' => $entries, 'strings' => substr($content, $segment['offset'] + $inside, $size)];
            }
        }
        throw new RuntimeException("$path is damaged: its string table lies in no segment.");
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
            throw new RuntimeException("An ELF file ends before byte $offset: it is truncated.");
        }

        return unpack([2 => 'v', 4 => 'V', 8 => 'P'][$bytes], $content, $offset)[1];
    }

    private static function nameAt(string $strings, int $offset, string $path): string
    {
        $end = $offset >= 0 && $offset < strlen($strings) ? strpos($strings, "\0", $offset) : false;
        if ($end === false) {
            throw new RuntimeException("$path is damaged: a name lies outside of its string table.");
        }

        return substr($strings, $offset, $end - $offset);
    }

    /**
     * @param string[] $values as in the file: folders separated by colons
     * @return string[]
     */
    private static function folders(array $values, string $origin): array
    {
        $folders = array_filter(explode(':', implode(':', $values)), static fn (string $folder) => $folder !== '');

        return array_values(str_replace(['$ORIGIN', '${ORIGIN}'], $origin, $folders));
    }
}
