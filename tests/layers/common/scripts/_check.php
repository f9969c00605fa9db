<?php

declare(strict_types=1);

// Shared by the scripts beside it. A warning is a failure too: layers have shipped with extensions that only warned.
set_error_handler(static function (int $level, string $message, string $file, int $line): never {
    throw new ErrorException($message, 0, $level, $file, $line);
});

/** Ends the script with exit code 1 unless both are identical. */
function same(mixed $expected, mixed $got, string $what): void
{
    ensure($expected === $got, "$what: expected " . var_export($expected, true) . ', got ' . var_export($got, true));
}

/** Ends the script with exit code 1 unless it holds. */
function ensure(bool $holds, string $what): void
{
    if (!$holds) {
        fwrite(STDERR, "$what\n");
        exit(1);
    }
}

/**
 * Runs the layer's php again.
 *
 * @param string[] $arguments
 * @return string its output; any word on stderr fails the script
 */
function php(array $arguments): string
{
    $process = proc_open([PHP_BINARY, ...$arguments], [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes);
    $output = stream_get_contents($pipes[1]);
    $errors = stream_get_contents($pipes[2]);
    $exitCode = proc_close($process);
    same([0, ''], [$exitCode, $errors], 'php ' . implode(' ', $arguments));

    return $output;
}

/**
 * Runs the calling script again with an extension that is in the layer but off, switched on by name alone as an
 * application's php/conf.d/*.ini does it.
 *
 * @param array<string, string> $settings further ini values
 */
function switchOn(string $extension, array $settings = []): void
{
    if (getenv('SWITCHED_ON') === $extension) {
        ensure(in_array($extension, get_loaded_extensions(), true), "$extension is loaded by its name");

        return;
    }
    putenv("SWITCHED_ON=$extension");
    // Without the cache of files in /tmp: what was compiled there without the extension stays so.
    $settings += ['extension' => $extension, 'opcache.enable_cli' => '0'];
    $options = array_map(static fn (string $name, string $value): string => "-d$name=$value",
        array_keys($settings), $settings);
    echo php([...$options, $_SERVER['SCRIPT_FILENAME']]);
    exit;
}
