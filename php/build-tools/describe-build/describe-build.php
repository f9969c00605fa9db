<?php

declare(strict_types=1);

/*
 * Describes the result of a build, as its last step. Writes facts.json beside the layer trees; build-php adds it to the
 * layers' metadata. Also writes bref/licenses.txt into each tree: the licenses of all software that the tree
 * redistributes.
 *
 * usage: OPENSSL_MODULES=… CERTIFICATES=… PECL_EXTENSIONS=… php describe-build.php <folder of the trees>
 */

namespace DescribeBuild;

use RuntimeException;

const COPY_DEPENDENCIES = '/bref/lib-copy/copy-dependencies.php';
const LIST_PACKAGES = '/base/layer/list-packages';
const LICENSES = 'bref/licenses.txt';
/** iconv's modules. A separate build stage makes them and writes their package in the format of LIST_PACKAGES. */
const CHARACTER_SETS = '/character-sets/gconv';
const CHARACTER_SETS_PACKAGE = '/character-sets/packages.tsv';

/** @return string[] lines of the command's output */
function runCommand(string ...$command): array
{
    ob_start();
    passthru(implode(' ', array_map(escapeshellarg(...), $command)), $status);
    $output = (string) ob_get_clean();
    if ($status !== 0) {
        throw new RuntimeException(implode(' ', $command) . " exited with $status.");
    }

    // exec() would strip the tab before an empty last field.
    return $output === '' ? [] : explode("\n", preg_replace('/\n$/', '', $output));
}

/**
 * Finds the origin of each third-party file in a tree.
 *
 * @return array<string, string> path on the build system, by path in the tree
 */
function findOrigins(string $tree): array
{
    $origins = ['bref/ssl/cert.pem' => (string) getenv('CERTIFICATES')];
    foreach (['/opt/bin/php', '/opt/sbin/php-fpm', '/opt/bref/extensions'] as $binaries) {
        foreach (runCommand('php', COPY_DEPENDENCIES, '--list', $binaries) as $line) {
            [$name, $path] = explode(' => ', $line);
            $origins["lib/$name"] = $path;
        }
    }
    foreach (glob("$tree/lib/ossl-modules/*") ?: [] as $module) {
        $origins['lib/ossl-modules/' . basename($module)] = getenv('OPENSSL_MODULES') . '/' . basename($module);
    }

    foreach (glob("$tree/lib/gconv/*") ?: [] as $module) {
        $origins['lib/gconv/' . basename($module)] = CHARACTER_SETS;
    }

    return $origins;
}

/**
 * Lists the software that this build compiled. `artifact` is its name in sources.json, which build-php replaces by the
 * address and hash of the archive.
 *
 * @return array<array{artifact: string, name: string, version: string, license: string, files: string[], texts: string[]}>
 */
function listCompiledComponents(): array
{
    $version = static fn (string $extension): string =>
        runCommand('php', '-d', "extension=$extension", '-r', "echo phpversion('$extension');")[0];
    $php = '/tmp/php';
    $pecl = array_filter(explode(' ', (string) getenv('PECL_EXTENSIONS')));
    $bundled = array_diff(listExtensions()['shared'], $pecl);

    return [
        [
            'artifact' => 'php',
            'type' => 'application',
            'name' => 'php',
            'version' => PHP_VERSION,
            'purl' => 'pkg:generic/php@' . PHP_VERSION,
            'cpe' => 'cpe:2.3:a:php:php:' . PHP_VERSION . ':*:*:*:*:*:*:*',
            'license' => 'PHP-3.01 AND Zend-2.0',
            'files' => [
                'bin/php',
                'bin/php-fpm',
                'lib/libphp.so',
                'bref/etc/php/php.ini',
                ...array_map(static fn (string $name): string => "bref/extensions/$name.so", $bundled),
            ],
            // README.REDIST.BINS has the licenses of bundled software such as PCRE2. Not every PHP version has the file.
            'texts' => [
                "$php/LICENSE",
                ...array_filter(["$php/README.REDIST.BINS"], is_file(...)),
                "$php/Zend/LICENSE",
            ],
        ],
        [
            'artifact' => 'sqlite',
            'name' => 'sqlite',
            'version' => \SQLite3::version()['versionString'],
            'purl' => 'pkg:generic/sqlite@' . \SQLite3::version()['versionString'],
            'cpe' => 'cpe:2.3:a:sqlite:sqlite:' . \SQLite3::version()['versionString'] . ':*:*:*:*:*:*:*',
            'license' => 'blessing',
            'files' => ['lib/libsqlite3.so.0'],
            // SQLite is in the public domain.
            'texts' => [],
        ],
        ...array_map(static fn (string $extension): array => [
            'artifact' => $extension,
            'name' => $extension,
            'version' => $version($extension),
            'purl' => "pkg:generic/$extension@" . $version($extension),
            'license' => 'PHP-3.01',
            'files' => ["bref/extensions/$extension.so"],
            'texts' => [getenv('BUILD_DIR') . "/$extension/LICENSE"],
        ], $pecl),
    ];
}

/**
 * Lists the packages of the base OS that files of the tree come from.
 *
 * @param array<string, string> $origins path on the build system, by path in the tree
 *
 * @return array<array{name: string, version: string, license: string, files: string[], texts: string[]}>
 */
function listDistributionComponents(array $origins): array
{
    $paths = array_map(static fn (string $path): string => (string) realpath($path), $origins);
    $components = [];
    $packages = [
        ...runCommand(LIST_PACKAGES, ...array_unique(array_values($paths))),
        ...file(CHARACTER_SETS_PACKAGE, FILE_IGNORE_NEW_LINES),
    ];
    foreach ($packages as $line) {
        [$path, $name, $version, $purl, $source, $sourceVersion, $license, $texts] = explode("\t", $line);
        $component = $components[$name] ?? array_filter([
            'name' => $name,
            'version' => $version,
            'purl' => $purl,
            'license' => $license,
            'source' => ['name' => $source, 'version' => $sourceVersion],
            'files' => [],
            'texts' => array_filter(explode(':', $texts)),
        ], static fn (mixed $value): bool => $value !== '');
        array_push($component['files'], ...array_keys($paths, $path, true));
        $components[$name] = $component;
    }
    ksort($components);

    return array_values($components);
}

/**
 * Renders each license text once, below the names of its software: many packages have the same text.
 *
 * @param array<array{name: string, version: string, texts: string[]}> $components
 */
function renderLicenses(array $components): string
{
    $owners = [];
    foreach ($components as ['name' => $name, 'version' => $version, 'texts' => $texts]) {
        foreach ($texts as $path) {
            $text = file_get_contents($path);
            if ($text === false) {
                throw new RuntimeException("The license $path of $name cannot be read.");
            }
            $owners[trim($text, "\n")][] = "$name $version";
        }
    }
    $rule = str_repeat('=', 79);
    $rendered = '';
    foreach ($owners as $text => $names) {
        $rendered .= "$rule\n" . wordwrap(implode(', ', $names), 79) . "\n$rule\n\n$text\n\n\n";
    }

    return $rendered;
}

/** @return array{static: string[], shared: string[]} */
function listExtensions(): array
{
    $static = array_map(strtolower(...), get_loaded_extensions());
    $shared = array_map(
        static fn (string $file): string => basename($file, '.so'),
        glob('/opt/bref/extensions/*.so') ?: [],
    );
    sort($static);
    sort($shared);

    return ['static' => array_values(array_diff($static, $shared, ['zend opcache'])), 'shared' => $shared];
}

function main(string $trees): void
{
    $origins = findOrigins("$trees/fpm");
    $components = [...listCompiledComponents(), ...listDistributionComponents($origins)];
    $known = array_merge(...array_column($components, 'files'));
    $unknown = array_diff(array_keys($origins), $known);
    if ($unknown !== []) {
        throw new RuntimeException('No package is known for these files of the tree: ' . implode(', ', $unknown) . '.');
    }
    $licenses = renderLicenses($components);
    foreach (['function', 'fpm'] as $tree) {
        file_put_contents("$trees/$tree/" . LICENSES, $licenses);
    }
    $facts = [
        'compiler' => runCommand('cc', '--version')[0],
        'extensions' => listExtensions(),
        'sqlite' => \SQLite3::version()['versionString'],
        'components' => array_map(static function (array $component): array {
            $hasText = $component['texts'] !== [];
            unset($component['texts']);

            return [...$component, ...($hasText ? ['licenseText' => LICENSES] : [])];
        }, $components),
    ];
    file_put_contents(
        "$trees/facts.json",
        json_encode($facts, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR) . "\n",
    );
}

main($argv[1]);
