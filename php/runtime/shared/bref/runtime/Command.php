<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/** One run of a shell command. Its output goes to the log while it runs, and the end of the output is kept. */
final class Command
{
    /** Environment variable that identifies all processes of the command, even in another process group. */
    private const MARK = 'BREF_COMMAND';

    /** Time between two checks whether the command has ended, while its output is open and after it is closed. */
    private const POLL_INTERVAL_SECONDS = 0.1;
    private const POLL_INTERVAL_AFTER_OUTPUT_SECONDS = 0.001;

    /** Time between SIGTERM and SIGKILL. */
    private const GRACE_SECONDS = 0.2;

    /** Killed processes need time to disappear on a busy machine. */
    private const KILL_TIMEOUT_SECONDS = 1.0;

    /** Number of consecutive scans that must find no process. */
    private const EMPTY_SCANS = 5;

    private readonly string $mark;
    private string $output = '';

    /** @param int $maxOutputBytes limit of the output as JSON; only the end of longer output is kept */
    public function __construct(
        private readonly string $shellText,
        private readonly int $maxOutputBytes,
    ) {
        $this->mark = bin2hex(random_bytes(8));
    }

    /**
     * @return int exit code; 128 + signal number if a signal ended the command
     */
    public function run(float $timeoutSeconds): int
    {
        $deadline = microtime(true) + $timeoutSeconds;
        $environment = [self::MARK => $this->mark] + getenv();
        $streams = [['file', '/dev/null', 'r'], ['pipe', 'w']];
        $process = proc_open($this->shellText, $streams, $pipes, null, $environment);
        if ($process === false) {
            throw new RuntimeException("The shell cannot be started for the command \"{$this->shellText}\".");
        }
        stream_set_blocking($pipes[1], false);
        // The command may close its output before it ends, or leave a process in the background that writes more.
        while (($status = proc_get_status($process))['running']) {
            $secondsLeft = $deadline - microtime(true);
            if ($secondsLeft <= 0) {
                $this->stop();
                $this->read($pipes[1]);
                throw new RuntimeException(
                    sprintf('The command was stopped after %.1f s, before the function\'s timeout. ', $timeoutSeconds) .
                    "Raise the timeout or shorten the command. Its output:\n" . $this->output(),
                );
            }
            $this->await($pipes[1], $secondsLeft);
            $this->read($pipes[1]);
        }
        $this->read($pipes[1]);

        return $status['signaled'] ? 128 + $status['termsig'] : $status['exitcode'];
    }

    /** Returns valid UTF-8 for JSON. A replacement character stands for each character that was cut. */
    public function output(): string
    {
        $output = mb_scrub(substr($this->output, -$this->maxOutputBytes), 'UTF-8');
        // Control characters, such as a terminal's color codes, are longer in JSON.
        while (($length = strlen(json_encode($output, JSON_UNESCAPED_UNICODE))) > $this->maxOutputBytes) {
            $kept = (int) (strlen($output) * $this->maxOutputBytes / $length * 0.99);
            $output = mb_scrub(substr($output, -$kept), 'UTF-8');
        }

        return $output;
    }

    /**
     * Waits for output, at most until the next check.
     *
     * @param resource $stream
     */
    private function await($stream, float $timeoutSeconds): void
    {
        if (feof($stream)) {
            usleep((int) (self::POLL_INTERVAL_AFTER_OUTPUT_SECONDS * 1e6));

            return;
        }
        $read = [$stream];
        $none = [];
        stream_select($read, $none, $none, 0, (int) (min($timeoutSeconds, self::POLL_INTERVAL_SECONDS) * 1e6));
    }

    /** @param resource $stream */
    private function read($stream): void
    {
        while (($chunk = (string) fread($stream, 65536)) !== '') {
            echo $chunk;
            $this->output .= $chunk;
            // Trims only now and then, to save time.
            if (strlen($this->output) > 2 * $this->maxOutputBytes) {
                $this->output = substr($this->output, -$this->maxOutputBytes);
            }
        }
    }

    /** Ends all processes of the command. */
    private function stop(): void
    {
        $this->signal(SIGTERM);
        for ($end = microtime(true) + self::GRACE_SECONDS; $this->findProcesses() !== [] && microtime(true) < $end;) {
            usleep(10_000);
        }
        // A killed process may have just started another one, and exists until the kernel has ended it. During execve()
        // a process has no readable environment for a moment, so several scans in a row must find none.
        $end = microtime(true) + self::KILL_TIMEOUT_SECONDS;
        for ($emptyScans = 0; $emptyScans < self::EMPTY_SCANS && microtime(true) < $end; usleep(1000)) {
            $emptyScans = $this->signal(SIGKILL) > 0 ? 0 : $emptyScans + 1;
        }
    }

    /** @return int number of processes that got the signal */
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
            // Files of other users cannot be read, and a process may have ended meanwhile.
            if (str_contains((string) @file_get_contents($file), self::MARK . "={$this->mark}\0")) {
                $found[] = (int) substr($file, strlen('/proc/'));
            }
        }

        return $found;
    }
}
