<?php

declare(strict_types=1);

namespace LibCopy;

use RuntimeException;

require __DIR__ . '/ElfFile.php';
require __DIR__ . '/LibrarySearch.php';

const USAGE = <<<'TEXT'
    Copies the shared libraries that a program or a PHP extension needs, except those that Lambda has.

    usage: php copy-dependencies.php [--list] <file or folder> <target folder>

      <file or folder>  An ELF file, or a folder all of whose ELF files are taken (its subfolders are not).
      <target folder>   Where the libraries are copied to, each under the name that it is looked for by.
      --list            Print "<name> => <file>" for each instead of copying; no target folder is needed.
      --help            This text.

    What Lambda has is read from policy.json beside this script:
      { "base": "al2023", "offered": { "x86_64": ["libc.so.6", ...], "arm64": [...] } }
    On any other base, and without that file, only the C library and the compiler's own libraries are left out:
    other libraries of that name on Lambda are of another build.

    Example: php /bref/lib-copy/copy-dependencies.php /opt/bref/extensions/apcu.so /opt/lib

    TEXT;

/** The base whose libraries are Lambda's own, so that what Lambda offers need not be brought. */
const LAMBDA_BASE = 'al2023';

/**
 * What binaries of any GNU/Linux take from the system that they run on: glibc's own parts, which must be of one build
 * with the loader, and the compiler's libraries, which are compatible upwards and newer on Lambda.
 */
const C_LIBRARIES = '/^(ld-linux.*|lib(c|m|mvec|dl|pthread|rt|resolv|util|anl|gcc_s|stdc\+\+))\.so(\.\d+)*$/';

/**
 * @return callable(string, string): bool whether Lambda offers a library, by its name and its CPU
 */
function readPolicy(string $file): callable
{
    $policy = is_file($file)
        ? json_decode((string) file_get_contents($file), true, 8, JSON_THROW_ON_ERROR)
        : ['base' => 'unknown'];
    if (!is_string($policy['base'] ?? null)) {
        throw new RuntimeException("$file names no \"base\".");
    }
    if ($policy['base'] !== LAMBDA_BASE) {
        return static fn (string $name): bool => preg_match(C_LIBRARIES, $name) === 1;
    }

    return static function (string $name, string $machine) use ($policy, $file): bool {
        $offered = $policy['offered'][$machine] ?? null;
        if (!is_array($offered)) {
            throw new RuntimeException("$file does not say what Lambda offers on $machine.");
        }

        return in_array($name, $offered, true);
    };
}

/** @return ElfFile[] */
function readInput(string $path): array
{
    if (is_dir($path)) {
        $files = array_filter(glob(rtrim($path, '/') . '/*') ?: [], 'is_file');

        return array_values(array_filter(array_map(ElfFile::read(...), $files)));
    }
    if (!is_file($path)) {
        throw new RuntimeException("$path does not exist.");
    }

    return [ElfFile::read($path) ?? throw new RuntimeException("$path is no ELF file for a CPU of Lambda.")];
}

/**
 * Everything that the files need, and what that needs, except what Lambda offers.
 *
 * @param ElfFile[] $files
 * @param callable(string, string): bool $isOffered
 * @return array<string, string> path by name
 * @throws RuntimeException naming every library that is found nowhere, and who needs it
 */
function findClosure(array $files, LibrarySearch $search, callable $isOffered): array
{
    $found = [];
    $missing = [];
    // Each entry: the file itself, then the files that load it.
    $chains = array_map(static fn (ElfFile $file) => [$file], $files);
    while (($chain = array_shift($chains)) !== null) {
        foreach ($chain[0]->needed as $name) {
            if (isset($found[$name]) || isset($missing[$name]) || $isOffered($name, $chain[0]->machine)) {
                continue;
            }
            $library = $search->find($name, $chain);
            if ($library === null) {
                $missing[$name] = $chain;
                continue;
            }
            $found[$name] = $library->path;
            $chains[] = [$library, ...$chain];
        }
    }
    if ($missing !== []) {
        $lines = array_map(static function (string $name, array $chain) use ($search): string {
            $needers = implode(', needed by ', array_map(static fn (ElfFile $file) => $file->path, $chain));
            $folders = implode(' ', array_unique($search->folders($chain)));

            return "$name is missing. It is needed by $needers. Searched: $folders";
        }, array_keys($missing), $missing);
        throw new RuntimeException(implode("\n", $lines));
    }
    ksort($found);

    return $found;
}

/** @param array<string, string> $libraries path by name */
function copyLibraries(array $libraries, string $target): void
{
    if (!is_dir($target) && !mkdir($target, 0755, true)) {
        throw new RuntimeException("$target cannot be made.");
    }
    foreach ($libraries as $name => $path) {
        // The loader looks for the name that is needed; links such as libz.so.1 -> libz.so.1.2.13 are resolved.
        $to = $target . '/' . basename($name);
        if (realpath($path) === realpath($to)) {
            continue;
        }
        $temporary = "$to.partial";
        if (!copy($path, $temporary) || !chmod($temporary, 0755) || !rename($temporary, $to)) {
            throw new RuntimeException("$path cannot be copied to $to.");
        }
    }
}

/** @param string[] $arguments */
function main(array $arguments): int
{
    $options = array_filter($arguments, static fn (string $argument) => str_starts_with($argument, '--'));
    $paths = array_values(array_diff($arguments, $options));
    $list = in_array('--list', $options, true);
    if (in_array('--help', $options, true)) {
        echo USAGE;

        return 0;
    }
    $isComplete = count($paths) === 2 || ($list && count($paths) === 1);
    if (!$isComplete || array_diff($options, ['--list']) !== []) {
        fwrite(STDERR, USAGE);

        return 2;
    }
    try {
        $search = new LibrarySearch((string) getenv('LD_LIBRARY_PATH'));
        $libraries = findClosure(readInput($paths[0]), $search, readPolicy(__DIR__ . '/policy.json'));
        if ($list) {
            foreach ($libraries as $name => $path) {
                echo "$name => $path\n";
            }
        } else {
            copyLibraries($libraries, $paths[1]);
        }
    } catch (RuntimeException | \JsonException $error) {
        fwrite(STDERR, $error->getMessage() . "\n");

        return 1;
    }

    return 0;
}

exit(main(array_slice($argv, 1)));
