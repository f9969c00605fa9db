<?php

declare(strict_types=1);

namespace BrefLayer;

use Throwable;

/** An error in two forms: the response to the invoker, and a log line. */
final class ErrorReport
{
    /** @param string[] $stackTrace */
    public function __construct(
        private readonly string $type,
        private readonly string $message,
        private readonly array $stackTrace = [],
    ) {
    }

    public static function fromThrowable(Throwable $error): self
    {
        $lines = [];
        for ($cause = $error; $cause !== null; $cause = $cause->getPrevious()) {
            if ($cause !== $error) {
                $lines[] = 'Caused by ' . $cause::class . ': ' . $cause->getMessage();
            }
            $lines[] = "#0 {$cause->getFile()}({$cause->getLine()})";
            foreach (explode("\n", $cause->getTraceAsString()) as $line) {
                // PHP numbers its trace from 0 without the place of the error, which is #0 here.
                $lines[] = preg_replace_callback('/^#(\d+)/', static fn ($match) => '#' . ($match[1] + 1), $line);
                if (str_contains($line, ' ' . dirname(__DIR__) . '/')) {
                    // The remaining frames are the runtime's own and always equal.
                    break;
                }
            }
        }

        return new self($error::class, $error->getMessage(), $lines);
    }

    /** Returns the body of an error for the Runtime API. */
    public function toJson(): string
    {
        return self::encode([
            'errorType' => $this->type,
            'errorMessage' => $this->message,
            'stackTrace' => $this->stackTrace,
        ]);
    }

    /**
     * Returns the type without characters that are invalid in a header: an anonymous class has a NUL byte in its name.
     */
    public function typeAsHeader(): string
    {
        return (string) preg_replace('/[^\x21-\x7e]+.*/s', '', $this->type);
    }

    /**
     * Returns one line in the form of Lambda's own runtimes.
     *
     * @param string|null $requestId null if no invocation has begun
     */
    public function toLogLine(?string $requestId): string
    {
        return ($requestId === null ? 'Init Error' : "$requestId\tInvoke Error") . "\t" . $this->toJson() . "\n";
    }

    /** @param array<string, mixed> $report */
    private static function encode(array $report): string
    {
        // A message may contain invalid UTF-8, and must be reported nevertheless.
        $flags = JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE;

        return json_encode($report, $flags | JSON_THROW_ON_ERROR);
    }
}
