<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * What a forked process is at, in an open file that it shares with the process it was forked from: that one can read it
 * even after the other was killed, and needs not listen before.
 */
final class Logbook
{
    private const FINISHED = 'finished';

    /** Bytes of an entry, which each new one is written over. */
    private const SIZE = 256;

    /** @var resource */
    private $file;

    public function __construct()
    {
        $path = '/tmp/.bref-logbook-' . getmypid();
        $this->file = fopen($path, 'w+');
        // It is there for those who have it open.
        unlink($path);
        $this->clear();
    }

    /** Nothing is under way. */
    public function clear(): void
    {
        $this->write('');
    }

    public function begin(InvocationId $id): void
    {
        $this->write("{$id->requestId} {$id->attemptId}");
    }

    /** All that is left to come is PHP's end, and that is a clean one. */
    public function finish(): void
    {
        $this->write(self::FINISHED);
    }

    public function isFinished(): bool
    {
        return $this->read() === self::FINISHED;
    }

    /** The invocation that is under way. */
    public function current(): ?InvocationId
    {
        $entry = $this->read();
        if ($entry === '' || $entry === self::FINISHED) {
            return null;
        }
        [$requestId, $attemptId] = explode(' ', $entry);

        return new InvocationId($requestId, $attemptId);
    }

    private function write(string $entry): void
    {
        rewind($this->file);
        fwrite($this->file, str_pad("$entry\n", self::SIZE));
    }

    private function read(): string
    {
        rewind($this->file);

        return rtrim((string) fgets($this->file), "\n");
    }
}
