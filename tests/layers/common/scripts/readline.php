<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

same('readline', READLINE_LIB, 'the library behind readline');

/** What a script says, run by the layer's php in a terminal of some kind, with these lines typed. */
$type = static function (string $terminal, string $script, string $lines): string {
    $pipes = [['pipe', 'r'], ['pipe', 'w'], ['pipe', 'w']];
    $process = proc_open([PHP_BINARY, '-r', $script], $pipes, $pipes, null, ['TERM' => $terminal] + getenv());
    fwrite($pipes[0], $lines);
    fclose($pipes[0]);
    [$output, $errors] = [stream_get_contents($pipes[1]), stream_get_contents($pipes[2])];
    same([0, ''], [proc_close($process), $errors], "exit code and errors with TERM=$terminal");

    return $output;
};

// Descriptions of terminals are not in the layer, and on Lambda's OS they may not be: readline does without.
$dialogue = <<<'PHP'
    readline_completion_function(fn (string $word): array => [$word . 'leted']);
    $answer = readline('name? ');
    readline_add_history($answer);
    readline_write_history('/tmp/history');
    $answers = [$answer, readline('and? '), readline('more? ')];
    echo "\n", json_encode($answers, JSON_UNESCAPED_UNICODE);
    PHP;
foreach (['xterm-256color', 'dumb', 'nothing-that-exists', ''] as $terminal) {
    $said = $type($terminal, $dialogue, "Zoë\nlast\n");
    // It shows what is typed, between the prompts.
    ensure(str_contains($said, 'name? ') && str_ends_with($said, "\n[\"Zoë\",\"last\",false]"), "TERM=$terminal: $said");
    same("Zoë\n", preg_replace('/^_HiStOrY_V2_\n/', '', file_get_contents('/tmp/history')), 'the history file');
    unlink('/tmp/history');
}
// Keys are read by readline itself: Ctrl-A, Ctrl-K, and a word completed by Tab.
$said = $type('xterm-256color', $dialogue, "wrong\x01\x0bcomp\t\nlast\n");
ensure(str_ends_with($said, "\n[\"completed \",\"last\",false]"), "keys: $said");

readline_add_history('one');
readline_add_history('two');
same(['one', 'two'], readline_list_history(), 'the history');
same(true, readline_info('library_version') >= '8', 'readline is 8 or newer');
