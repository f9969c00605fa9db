<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * Tells the process that this one was forked from what is being done, so that an invocation is not lost when this
 * process is killed. The other end notices its end, too, by the end of this connection.
 */
final class Lifeline
{
    public const BEGIN = 'begin';
    public const END = 'end';
    public const FINISH = 'finish';

    /** @param resource $socket */
    public function __construct(private $socket)
    {
    }

    public function begin(InvocationId $id): void
    {
        $this->tell(self::BEGIN . " {$id->requestId} {$id->attemptId}");
    }

    public function end(): void
    {
        $this->tell(self::END);
    }

    /** All that is left to come is PHP's end, and that is a clean one. */
    public function finish(): void
    {
        $this->tell(self::FINISH);
    }

    private function tell(string $message): void
    {
        @fwrite($this->socket, "$message\n");
    }
}
