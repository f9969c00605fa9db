<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * Records the current invocation of a forked process in an open file that it shares with its parent. The parent can
 * read it even after the process was killed, and does not have to listen while the process runs.
 */
final class InvocationRecord
{
    private const FINISHED = 'finished';

    /** All entries have the same size, so that each one overwrites the whole previous one. */
    private const ENTRY_SIZE_BYTES = 256;

    /** @var resource */
    private $file;

    public function __construct()
    {
        $path = '/tmp/.bref-invocation-' . getmypid();
        $this->file = fopen($path, 'w+');
        // The processes that have it open still share it.
        unlink($path);
        $this->clear();
    }

    /** Records that no invocation is in progress. */
    public function clear(): void
    {
        $this->write('');
    }

    public function begin(InvocationId $id): void
    {
        $this->write("{$id->requestId} {$id->attemptId}");
    }

    /** Records that the process has nothing left to do but exit, and that this exit is clean. */
    public function finish(): void
    {
        $this->write(self::FINISHED);
    }

    public function isFinished(): bool
    {
        return $this->read() === self::FINISHED;
    }

    /** Returns the invocation in progress. */
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
        fwrite($this->file, str_pad("$entry\n", self::ENTRY_SIZE_BYTES));
    }

    private function read(): string
    {
        rewind($this->file);

        return rtrim((string) fgets($this->file), "\n");
    }
}
