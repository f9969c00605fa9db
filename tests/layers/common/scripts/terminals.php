<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

/** Runs a script in the layer's php, types the lines, and returns its output. */
$type = static function (string $terminal, string $script, string $lines): string {
    $pipes = [['pipe', 'r'], ['pipe', 'w'], ['pipe', 'w']];
    $process = proc_open([PHP_BINARY, '-r', $script], $pipes, $pipes, null, ['TERM' => $terminal] + getenv());
    fwrite($pipes[0], $lines);
    fclose($pipes[0]);
    [$output, $errors] = [stream_get_contents($pipes[1]), stream_get_contents($pipes[2])];
    same([0, ''], [proc_close($process), $errors], "exit code and errors with TERM=$terminal");

    return $output;
};

// The layer has no terminfo entries, and Lambda's OS may have none. readline works without them.
$dialogue = <<<'PHP'
    readline_completion_function(fn (string $word): array => [$word . 'leted']);
    $name = readline('name? ');
    readline_add_history($name);
    readline_write_history('/tmp/history');
    $lines = [$name, readline('and? '), readline('more? ')];
    echo "\n", json_encode($lines, JSON_UNESCAPED_UNICODE);
    PHP;
foreach (['xterm-256color', 'dumb', 'nothing-that-exists', ''] as $terminal) {
    $output = $type($terminal, $dialogue, "Zoë\nlast\n");
    // readline prints the typed lines between the prompts.
    ensure(str_contains($output, 'name? ') && str_ends_with($output, "\n[\"Zoë\",\"last\",false]"), "TERM=$terminal: $output");
    same("Zoë\n", preg_replace('/^_HiStOrY_V2_\n/', '', file_get_contents('/tmp/history')), 'the history file');
    unlink('/tmp/history');
}
// readline handles keys: Ctrl-A, Ctrl-K, and completion by Tab.
$output = $type('xterm-256color', $dialogue, "wrong\x01\x0bcomp\t\nlast\n");
ensure(str_ends_with($output, "\n[\"completed \",\"last\",false]"), "keys: $output");
