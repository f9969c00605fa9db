<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/** One run of a shell command: its output goes to the log while it runs, and its end is kept. */
final class Command
{
    private string $output = '';

    /** @param int $maxOutput bytes; of longer output the last ones are kept */
    public function __construct(
        private readonly string $shellText,
        private readonly int $maxOutput,
    ) {
    }

    /**
     * @param float $timeLimit seconds
     * @return int exit code; 128 + the number of the signal that ended it
     */
    public function run(float $timeLimit): int
    {
        $deadline = microtime(true) + $timeLimit;
        $process = proc_open($this->shellText, [['file', '/dev/null', 'r'], ['pipe', 'w']], $pipes);
        if ($process === false) {
            throw new RuntimeException("The shell cannot be started for: {$this->shellText}");
        }
        stream_set_blocking($pipes[1], false);
        while (!feof($pipes[1])) {
            $left = $deadline - microtime(true);
            if ($left <= 0) {
                self::kill($process);
                throw new RuntimeException(
                    sprintf('The command was stopped after %.1f s, before Lambda\'s own time limit. ', $timeLimit) .
                    "Its output until then:\n" . $this->output(),
                );
            }
            $read = [$pipes[1]];
            $none = [];
            if (stream_select($read, $none, $none, (int) $left, (int) (fmod($left, 1) * 1_000_000)) === 1) {
                $this->keep((string) fread($pipes[1], 65536));
            }
        }
        fclose($pipes[1]);

        return self::waitForEnd($process, $deadline);
    }

    /** Valid UTF-8, so that it fits into JSON: a cut through a character leaves a replacement for it. */
    public function output(): string
    {
        return mb_scrub(substr($this->output, -$this->maxOutput), 'UTF-8');
    }

    private function keep(string $chunk): void
    {
        echo $chunk;
        $this->output .= $chunk;
        // Trimmed now and then, not for every chunk.
        if (strlen($this->output) > 2 * $this->maxOutput) {
            $this->output = substr($this->output, -$this->maxOutput);
        }
    }

    /**
     * The output may end before the program does.
     *
     * @param resource $process
     */
    private static function waitForEnd($process, float $deadline): int
    {
        while (($status = proc_get_status($process))['running']) {
            if (microtime(true) > $deadline) {
                self::kill($process);
                throw new RuntimeException('The command closed its output, but did not end in time.');
            }
            usleep(1000);
        }

        return $status['signaled'] ? 128 + $status['termsig'] : $status['exitcode'];
    }

    /** @param resource $process */
    private static function kill($process): void
    {
        proc_terminate($process, 15);
        usleep(200_000);
        proc_terminate($process, 9);
    }
}
