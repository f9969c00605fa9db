<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/** One run of a shell command: its output goes to the log while it runs, and its end is kept. */
final class Command
{
    /** By this variable every process that the command starts is known, whatever parent or group it takes. */
    private const MARK = 'BREF_COMMAND';

    /** Seconds until the next look whether it has ended, while its output says nothing. */
    private const LOOK_INTERVAL = 0.1;
    private const LOOK_INTERVAL_WITHOUT_OUTPUT = 0.001;

    /** Seconds that its processes have to end by themselves, when they are asked to. */
    private const GRACE = 0.2;

    /** Seconds that killed processes may take to be gone, where the machine has little time for them. */
    private const KILL_LIMIT = 1.0;
    private const KILL_LOOKS = 5;

    private readonly string $mark;
    private string $output = '';

    /** @param int $maxOutput bytes as JSON; of longer output the last ones are kept */
    public function __construct(
        private readonly string $shellText,
        private readonly int $maxOutput,
    ) {
        $this->mark = bin2hex(random_bytes(8));
    }

    /**
     * @param float $timeLimit seconds
     * @return int exit code; 128 + the number of the signal that ended it
     */
    public function run(float $timeLimit): int
    {
        $deadline = microtime(true) + $timeLimit;
        $environment = [self::MARK => $this->mark] + getenv();
        $streams = [['file', '/dev/null', 'r'], ['pipe', 'w']];
        $process = proc_open($this->shellText, $streams, $pipes, null, $environment);
        if ($process === false) {
            throw new RuntimeException("The shell cannot be started for: {$this->shellText}");
        }
        stream_set_blocking($pipes[1], false);
        // Its output may end before it does, or go on after it, where it leaves something in the background.
        while (($status = proc_get_status($process))['running']) {
            $left = $deadline - microtime(true);
            if ($left <= 0) {
                $this->stop();
                $this->read($pipes[1]);
                throw new RuntimeException(
                    sprintf('The command was stopped after %.1f s, before Lambda\'s own time limit. ', $timeLimit) .
                    "Its output until then:\n" . $this->output(),
                );
            }
            $this->await($pipes[1], $left);
            $this->read($pipes[1]);
        }
        $this->read($pipes[1]);

        return $status['signaled'] ? 128 + $status['termsig'] : $status['exitcode'];
    }

    /** Valid UTF-8, so that it fits into JSON: a cut through a character leaves a replacement for it. */
    public function output(): string
    {
        $output = mb_scrub(substr($this->output, -$this->maxOutput), 'UTF-8');
        // Control characters, such as those that colour a terminal, are longer there.
        while (($length = strlen(json_encode($output, JSON_UNESCAPED_UNICODE))) > $this->maxOutput) {
            $kept = (int) (strlen($output) * $this->maxOutput / $length * 0.99);
            $output = mb_scrub(substr($output, -$kept), 'UTF-8');
        }

        return $output;
    }

    /**
     * Waits for output, or until it is time for another look.
     *
     * @param resource $stream
     */
    private function await($stream, float $timeLimit): void
    {
        if (feof($stream)) {
            usleep((int) (self::LOOK_INTERVAL_WITHOUT_OUTPUT * 1e6));

            return;
        }
        $read = [$stream];
        $none = [];
        stream_select($read, $none, $none, 0, (int) (min($timeLimit, self::LOOK_INTERVAL) * 1e6));
    }

    /** @param resource $stream */
    private function read($stream): void
    {
        while (($chunk = (string) fread($stream, 65536)) !== '') {
            echo $chunk;
            $this->output .= $chunk;
            // Trimmed now and then, not for every chunk.
            if (strlen($this->output) > 2 * $this->maxOutput) {
                $this->output = substr($this->output, -$this->maxOutput);
            }
        }
    }

    /** Ends the command and everything that it has started. */
    private function stop(): void
    {
        $this->signal(SIGTERM);
        for ($end = microtime(true) + self::GRACE; $this->findProcesses() !== [] && microtime(true) < $end;) {
            usleep(10_000);
        }
        // What is killed may just have started another process, and is there until the kernel has ended it. One that
        // is about to become another program has no environment to be read for a moment: none must be found repeatedly.
        $end = microtime(true) + self::KILL_LIMIT;
        for ($looks = 0; $looks < self::KILL_LOOKS && microtime(true) < $end; usleep(1000)) {
            $looks = $this->signal(SIGKILL) > 0 ? 0 : $looks + 1;
        }
    }

    /** @return int to how many processes it was sent */
    private function signal(int $signal): int
    {
        $processes = $this->findProcesses();
        foreach ($processes as $process) {
            posix_kill($process, $signal);
        }

        return count($processes);
    }

    /** @return int[] */
    private function findProcesses(): array
    {
        $found = [];
        foreach (glob('/proc/[1-9]*/environ') ?: [] as $file) {
            // Those of other users cannot be read, and any may be gone by now.
            if (str_contains((string) @file_get_contents($file), self::MARK . "={$this->mark}\0")) {
                $found[] = (int) substr($file, strlen('/proc/'));
            }
        }

        return $found;
    }
}
