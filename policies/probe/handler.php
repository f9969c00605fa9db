<?php

declare(strict_types=1);

use LibCopy\ElfFile;

/*
 * The handler of a Lambda function that describes its OS: libraries, symbol versions, paths, kernel. policies/README.md
 * explains how to deploy it and how to use its response. It needs PHP and the two files below, either beside it in the
 * function's zip or at their paths in the repository.
 */
const REPOSITORY_PATHS = [
    'ElfFile.php' => '/../../php/build-tools/lib-copy/ElfFile.php',
    'lambda-al2023.json' => '/../lambda-al2023.json',
];

$find = static fn (string $name): string => is_file(__DIR__ . "/$name") ? __DIR__ . "/$name" : __DIR__ . REPOSITORY_PATHS[$name];

require_once $find('ElfFile.php');

/** Environment variables that matter to a layer. Never all of them: the others include the function's credentials. */
const VARIABLES = ['LD_LIBRARY_PATH', 'PATH', 'LANG', 'TZ', 'AWS_EXECUTION_ENV', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
    'AWS_REGION', 'LAMBDA_RUNTIME_DIR', 'LAMBDA_TASK_ROOT'];

/**
 * Lists the libraries of a folder by name, without files that are not ELF files for this CPU (such as linker scripts).
 *
 * @param string[] $withExports SONAMEs of the libraries whose exported symbols to list
 * @return array<string, array{soname: ?string, versionDefinitions: string[], exports?: string[]}>
 */
$listLibraries = static function (string $folder, array $withExports): array {
    $libraries = [];
    foreach (scandir($folder) ?: [] as $name) {
        if (preg_match('/\.so(\.|$)/', $name) !== 1 || !is_readable("$folder/$name")) {
            continue;
        }
        $file = ElfFile::read("$folder/$name");
        if ($file !== null && $file->machine === (php_uname('m') === 'aarch64' ? 'arm64' : 'x86_64')) {
            $libraries[$name] = ['soname' => $file->soname, 'versionDefinitions' => $file->versionDefinitions];
            if (in_array($name, $withExports, true)) {
                $libraries[$name]['exports'] = ElfFile::exports("$folder/$name");
            }
        }
    }
    ksort($libraries, SORT_STRING);

    return $libraries;
};

return static function () use ($find, $listLibraries): array {
    // The loader searches its default folders after LD_LIBRARY_PATH.
    $searchOrder = array_values(array_filter(explode(':', (string) getenv('LD_LIBRARY_PATH'))));
    $candidates = array_unique([...$searchOrder, '/lib64', '/usr/lib64',
        ...(glob('/{,usr/}lib/*-linux-gnu', GLOB_BRACE | GLOB_ONLYDIR) ?: [])]);
    // The OS's library folder is the one with its C library, under all of its paths.
    $main = null;
    foreach ($candidates as $folder) {
        $main ??= is_file("$folder/libc.so.6") ? realpath($folder) : null;
    }
    if ($main === null) {
        throw new RuntimeException('None of these folders has libc.so.6: ' . implode(', ', $candidates) . '.');
    }
    $policy = json_decode((string) file_get_contents($find('lambda-al2023.json')), true, 64, JSON_THROW_ON_ERROR);
    $paths = [...$policy['paths'], ...$policy['foreignPaths']];
    $lists = [$policy['exports'] ?? [], ...array_column($policy['architectures'], 'exports')];
    $withExports = array_keys(array_merge(...$lists));
    preg_match('/^PRETTY_NAME="?(.*?)"?$/m', (string) @file_get_contents('/etc/os-release'), $os);

    return [
        'schema' => 1,
        'kind' => 'lambda-os-probe',
        'takenAt' => gmdate('Y-m-d\TH:i:s\Z'),
        'architecture' => php_uname('m') === 'aarch64' ? 'arm64' : 'x86_64',
        'interpreter' => ElfFile::read("$main/libc.so.6")?->interpreter,
        'searchOrder' => $searchOrder,
        'osFolders' => array_values(array_filter($candidates, static fn (string $one) => realpath($one) === $main)),
        'libraries' => $listLibraries($main, $withExports),
        'paths' => array_combine($paths, array_map(file_exists(...), $paths)),
        'os' => $os[1] ?? 'unknown',
        'kernel' => php_uname('s') . ' ' . php_uname('r'),
        'php' => PHP_VERSION,
        'environment' => array_filter(
            array_combine(VARIABLES, array_map(getenv(...), VARIABLES)),
            static fn (string|false $value) => $value !== false,
        ),
    ];
};
