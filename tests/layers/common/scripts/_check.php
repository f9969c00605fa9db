<?php

declare(strict_types=1);

// Checks for the scripts in this folder. A warning is a failure, too: layers were once released with extensions that
// only warned.
set_error_handler(static function (int $level, string $message, string $file, int $line): never {
    throw new ErrorException($message, 0, $level, $file, $line);
});

/** Ends the script with exit code 1 unless both values are identical. */
function same(mixed $expected, mixed $got, string $what): void
{
    ensure($expected === $got, "$what: expected " . var_export($expected, true) . ', got ' . var_export($got, true));
}

/** Ends the script with exit code 1 unless the condition, such as "curl has HTTP2", holds. */
function ensure(bool $condition, string $what): void
{
    if (!$condition) {
        fwrite(STDERR, "Check failed: $what\n");
        exit(1);
    }
}

/**
 * Runs the layer's php again.
 *
 * @param string[] $arguments
 * @return string its output. The script fails if there is any output on stderr
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
 * Runs the calling script again with an extension that the layer contains but does not load. It is enabled by its name,
 * as in an application's php/conf.d/*.ini.
 *
 * @param array<string, string> $settings further ini values
 */
function enableExtension(string $extension, array $settings = []): void
{
    if (getenv('ENABLED_EXTENSION') === $extension) {
        ensure(in_array($extension, get_loaded_extensions(), true), "$extension is loaded by its name");

        return;
    }
    putenv("ENABLED_EXTENSION=$extension");
    // No file cache in /tmp: code compiled there without the extension would be reused.
    $settings += ['extension' => $extension, 'opcache.enable_cli' => '0'];
    $options = array_map(static fn (string $name, string $value): string => "-d$name=$value",
        array_keys($settings), $settings);
    echo php([...$options, $_SERVER['SCRIPT_FILENAME']]);
    exit;
}
