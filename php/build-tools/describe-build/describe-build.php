<?php

declare(strict_types=1);

/*
 * Says what a build made: writes facts.json beside the trees, which build-php takes into the layers' metadata, and
 * bref/licenses.txt into each tree, the licences of all software that the tree hands on. Runs at the end of a build.
 *
 * usage: OPENSSL_MODULES=… CERTIFICATES=… PECL_EXTENSIONS=… php describe-build.php <folder of the trees>
 */

namespace DescribeBuild;

use RuntimeException;

const COPY_DEPENDENCIES = '/bref/lib-copy/copy-dependencies.php';
const LIST_PACKAGES = '/base/layer/list-packages';
const LICENSES = 'bref/licenses.txt';
/** iconv's modules are made in a stage of their own, which says what they are from as LIST_PACKAGES would. */
const CHARACTER_SETS = '/character-sets/gconv';
const CHARACTER_SETS_PACKAGE = '/character-sets/packages.tsv';

/** @return string[] the lines that a command prints */
function lines(string ...$command): array
{
    exec(implode(' ', array_map(escapeshellarg(...), $command)), $lines, $status);
    if ($status !== 0) {
        throw new RuntimeException(implode(' ', $command) . " exited with $status.");
    }

    return $lines;
}

/** @return array<string, string> for each file in a tree that is another's work, by its path there: where it came from */
function findOrigins(string $tree): array
{
    $origins = ['bref/ssl/cert.pem' => (string) getenv('CERTIFICATES')];
    foreach (['/opt/bin/php', '/opt/sbin/php-fpm', '/opt/bref/extensions'] as $binaries) {
        foreach (lines('php', COPY_DEPENDENCIES, '--list', $binaries) as $line) {
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
 * What was compiled here. `artifact` is its name in sources.json: build-php adds where that is from.
 *
 * @return array<array{artifact: string, name: string, version: string, license: string, files: string[], texts: string[]}>
 */
function compiledComponents(): array
{
    $version = static fn (string $extension): string =>
        lines('php', '-d', "extension=$extension", '-r', "echo phpversion('$extension');")[0];
    $php = '/tmp/php';
    $pecl = array_filter(explode(' ', (string) getenv('PECL_EXTENSIONS')));
    $own = array_diff(listExtensions()['shared'], $pecl);

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
                ...array_map(static fn (string $name): string => "bref/extensions/$name.so", $own),
            ],
            // The second, which not every version has, are the licences of what PHP itself bundles, such as PCRE2.
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
            // In the public domain.
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
 * @param array<string, string> $origins
 *
 * @return array<array{name: string, version: string, license: string, files: string[], texts: string[]}>
 */
function distributionComponents(array $origins): array
{
    $paths = array_map(static fn (string $path): string => (string) realpath($path), $origins);
    $components = [];
    $packages = [
        ...lines(LIST_PACKAGES, ...array_unique(array_values($paths))),
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
 * Each text once, headed by whom it is for: packages of one source share theirs, and many name the same licence.
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
                throw new RuntimeException("The licence $path of $name cannot be read.");
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
    $components = [...compiledComponents(), ...distributionComponents($origins)];
    $claimed = array_merge(...array_column($components, 'files'));
    $unknown = array_diff(array_keys($origins), $claimed);
    if ($unknown !== []) {
        throw new RuntimeException('Nothing says which package these are from: ' . implode(', ', $unknown) . '.');
    }
    $licenses = renderLicenses($components);
    foreach (['function', 'fpm'] as $tree) {
        file_put_contents("$trees/$tree/" . LICENSES, $licenses);
    }
    $facts = [
        'compiler' => lines('cc', '--version')[0],
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
