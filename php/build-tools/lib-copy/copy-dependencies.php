<?php

declare(strict_types=1);

namespace LibCopy;

use RuntimeException;

require __DIR__ . '/ElfFile.php';
require __DIR__ . '/LibrarySearch.php';

const USAGE = <<<'TEXT'
    Copies the shared libraries that a program or a PHP extension needs, except libraries that Lambda has. A library in
    /opt/lib (INSTALL_DIR/lib) was compiled on purpose, so it is always copied.

    usage: php copy-dependencies.php [--list] <file or folder> <target folder>

      <file or folder>  An ELF file, or a folder with ELF files. Subfolders are ignored.
      <target folder>   The folder for the copies. Each gets the name that the loader looks for.
      --list            Print "<name> => <file>" for each library instead of copying. No target folder is needed.
      --help            Print this text.

    policy.json beside this script lists the libraries that Lambda has:
      { "base": "al2023", "offered": { "x86_64": ["libc.so.6", ...], "arm64": [...] } }
    If "base" is another base OS, or without that file, only the C library and the compiler's libraries are left out:
    Lambda's other libraries of the same name are different builds.

    Example: php /bref/lib-copy/copy-dependencies.php /opt/bref/extensions/apcu.so /opt/lib

    TEXT;

/** The base OS that Lambda runs. A layer built on it does not need the libraries that Lambda has. */
const LAMBDA_BASE = 'al2023';

/**
 * Libraries that a binary of any GNU/Linux takes from the system that it runs on: the parts of glibc, which must be from
 * the same build as the loader, and the compiler's libraries, which are backward compatible and newer on Lambda.
 */
const C_LIBRARIES = '/^(ld-linux.*|lib(c|m|mvec|dl|pthread|rt|resolv|util|anl|gcc_s|stdc\+\+))\.so(\.\d+)*$/';

/**
 * Reads policy.json.
 *
 * @return callable(string, string): bool whether Lambda has a library; takes its name and its CPU
 */
function readPolicy(string $file): callable
{
    $policy = is_file($file)
        ? json_decode((string) file_get_contents($file), true, 8, JSON_THROW_ON_ERROR)
        : ['base' => 'unknown'];
    if (!is_string($policy['base'] ?? null)) {
        throw new RuntimeException("$file has no string \"base\" (the name of the base OS).");
    }
    if ($policy['base'] !== LAMBDA_BASE) {
        return static fn (string $name): bool => preg_match(C_LIBRARIES, $name) === 1;
    }

    return static function (string $name, string $machine) use ($policy, $file): bool {
        $offered = $policy['offered'][$machine] ?? null;
        if (!is_array($offered)) {
            throw new RuntimeException("$file lists no libraries for $machine under \"offered\".");
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

    return [ElfFile::read($path) ?? throw new RuntimeException("$path is not an ELF file for one of Lambda's CPUs.")];
}

/**
 * Finds all libraries that the files need, directly or indirectly, except libraries that Lambda has and the build did
 * not compile.
 *
 * @param ElfFile[] $files
 * @param callable(string, string): bool $isOffered
 * @return array<string, string> path by name
 * @throws RuntimeException if libraries are not found, or if there are two builds of a library; names each of them and
 *     the files that need it
 */
function findClosure(array $files, LibrarySearch $search, callable $isOffered): array
{
    $found = [];
    $missing = [];
    $builds = [];
    // Each entry: the file itself, then the files that load it.
    $chains = array_map(static fn (ElfFile $file) => [$file], $files);
    while (($chain = array_shift($chains)) !== null) {
        foreach ($chain[0]->needed as $name) {
            $library = $search->find($name, $chain);
            $isCompiled = $library !== null && $search->isCompiled($library);
            if (!$isCompiled && $isOffered($name, $chain[0]->machine)) {
                continue;
            }
            if ($library === null) {
                $missing[$name] ??= $chain;
                continue;
            }
            $builds[$library->soname ?? basename($name)][$library->path] = true;
            if (!isset($found[$name])) {
                $found[$name] = $library->path;
                $chains[] = [$library, ...$chain];
            }
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
    foreach ($builds as $soname => $paths) {
        rejectTwoBuilds($soname, array_keys($paths));
    }
    ksort($found);

    return $found;
}

/**
 * @param string[] $paths files with the same SONAME
 * @throws RuntimeException if they differ
 */
function rejectTwoBuilds(string $soname, array $paths): void
{
    sort($paths);
    foreach (array_slice($paths, 1) as $path) {
        if (!isSameFile($paths[0], $path)) {
            throw new RuntimeException(
                "$paths[0] and $path are different builds of $soname. A process loads only one of them. Delete the wrong one.",
            );
        }
    }
}

function isSameFile(string $one, string $other): bool
{
    return realpath($one) === realpath($other) || hash_file('sha256', $one) === hash_file('sha256', $other);
}

/**
 * Copies all libraries or none.
 *
 * @param array<string, string> $libraries path by name
 * @throws RuntimeException if the target contains another build of a library, which an earlier copy or the user put there
 */
function copyLibraries(array $libraries, string $target): void
{
    foreach ($libraries as $name => $path) {
        $to = $target . '/' . basename($name);
        if (is_file($to) && !isSameFile($path, $to)) {
            throw new RuntimeException(
                "$to differs from $path, the build of this library that the loader finds. " .
                'A layer can have only one of them. Delete the wrong one.',
            );
        }
    }
    if (!is_dir($target) && !mkdir($target, 0755, true)) {
        throw new RuntimeException("The folder $target cannot be created.");
    }
    foreach ($libraries as $name => $path) {
        // The loader looks for the needed name, so a link such as libz.so.1 -> libz.so.1.2.13 becomes a file libz.so.1.
        $to = $target . '/' . basename($name);
        if (is_file($to)) {
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
        $search = new LibrarySearch(getenv('INSTALL_DIR') ?: '/opt', (string) getenv('LD_LIBRARY_PATH'));
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
