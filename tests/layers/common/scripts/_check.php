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
