<?php

declare(strict_types=1);

namespace BrefLayer;

/** A process forked from this one: what it tells by its lifeline, and its end. */
final class ForkedProcess
{
    /** Seconds. Its end is that of the lifeline, unless it has children who hold on to that: then one has to look. */
    private const LOOK_INTERVAL = 1.0;
    private const LAST_LOOK_INTERVAL = 0.001;

    private string $received = '';
    private ?InvocationId $current = null;
    private bool $isFinished = false;
    private string $cause = '';

    /** @param resource $socket the other end of its Lifeline */
    public function __construct(private readonly int $processId, private $socket)
    {
        stream_set_blocking($socket, false);
    }

    /** @return int its exit code; 128 + the number of the signal that ended it */
    public function awaitEnd(): int
    {
        $hasEnded = false;
        while (!$hasEnded && $this->listen($this->isFinished ? self::LAST_LOOK_INTERVAL : self::LOOK_INTERVAL)) {
            $hasEnded = pcntl_waitpid($this->processId, $status, WNOHANG) > 0;
        }
        if ($hasEnded) {
            // What it said last may have come in between.
            $this->listen(0);
        } else {
            pcntl_waitpid($this->processId, $status);
        }
        if ($this->isFinished) {
            // See ShortEnd.
            return 0;
        }
        if (pcntl_wifsignaled($status)) {
            $signal = pcntl_wtermsig($status);
            $this->cause = "was killed by signal $signal"
                . ($signal === SIGKILL ? ': unless the code did that, memory ran out' : '');

            return 128 + $signal;
        }
        $code = pcntl_wexitstatus($status);
        $this->cause = "ended with exit code $code without an answer";

        return $code;
    }

    /** The invocation that it was at when it ended. */
    public function lostInvocation(): ?LostInvocation
    {
        return $this->current === null ? null : new LostInvocation($this->current, $this->cause);
    }

    /**
     * @param float $timeLimit seconds
     * @return bool whether more may come
     */
    private function listen(float $timeLimit): bool
    {
        $read = [$this->socket];
        $none = [];
        $microseconds = (int) (fmod($timeLimit, 1) * 1e6);
        if (@stream_select($read, $none, $none, (int) $timeLimit, $microseconds) !== 1) {
            return true;
        }
        $chunk = (string) fread($this->socket, 8192);
        $lines = explode("\n", $this->received . $chunk);
        $this->received = array_pop($lines);
        array_map($this->note(...), $lines);

        return $chunk !== '' || !feof($this->socket);
    }

    private function note(string $message): void
    {
        [$what, $requestId, $attemptId] = explode(' ', $message) + ['', '', ''];
        match ($what) {
            Lifeline::BEGIN => $this->current = new InvocationId($requestId, $attemptId),
            Lifeline::END => $this->current = null,
            Lifeline::FINISH => $this->isFinished = true,
        };
    }
}
