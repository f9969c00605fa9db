<?php

declare(strict_types=1);

namespace BrefLayer;

use Throwable;

/** A failure in the two shapes that it is told in: to whoever invoked the function, and to the log. */
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
                // Numbered from the place of the error, which PHP leaves out of its trace.
                $lines[] = preg_replace_callback('/^#(\d+)/', static fn ($match) => '#' . ($match[1] + 1), $line);
                if (str_contains($line, ' ' . dirname(__DIR__) . '/')) {
                    // How the runtime came to call the handler is the same every time.
                    break;
                }
            }
        }

        return new self($error::class, $error->getMessage(), $lines);
    }

    /** The body that the Runtime API takes for errors. */
    public function toJson(): string
    {
        return self::encode([
            'errorType' => $this->type,
            'errorMessage' => $this->message,
            'stackTrace' => $this->stackTrace,
        ]);
    }

    /** The type in characters that a header takes: an anonymous class has a NUL byte and a path in its name. */
    public function typeAsHeader(): string
    {
        return (string) preg_replace('/[^\x21-\x7e]+.*/s', '', $this->type);
    }

    /**
     * One line, in the form that Lambda's own runtimes log errors in.
     *
     * @param string|null $requestId null where no invocation has begun
     */
    public function toLogLine(?string $requestId): string
    {
        return ($requestId === null ? 'Init Error' : "$requestId\tInvoke Error") . "\t" . $this->toJson() . "\n";
    }

    /** @param array<string, mixed> $report */
    private static function encode(array $report): string
    {
        // A message may quote bytes that are no UTF-8; what is wrong must still be told.
        $flags = JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE;

        return json_encode($report, $flags | JSON_THROW_ON_ERROR);
    }
}
