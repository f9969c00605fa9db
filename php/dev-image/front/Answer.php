<?php

declare(strict_types=1);

namespace BrefLayer\Dev;

/** What goes back to the browser. */
final class Answer
{
    /** About the connection, which PHP's web server sees to. */
    private const HEADERS_OF_CONNECTION = ['connection', 'content-length', 'keep-alive', 'transfer-encoding'];

    /** @param string[] $headers lines */
    private function __construct(
        public readonly int $status,
        private readonly array $headers,
        private readonly string $body,
    ) {
    }

    /** @param array<string, mixed> $result a function's, in payload format 2.0 */
    public static function fromResult(array $result): self
    {
        $headers = [];
        foreach ($result['headers'] as $name => $value) {
            if (!in_array(strtolower((string) $name), self::HEADERS_OF_CONNECTION, true)) {
                $headers[] = "$name: $value";
            }
        }
        foreach ($result['cookies'] as $cookie) {
            $headers[] = "Set-Cookie: $cookie";
        }
        $body = $result['isBase64Encoded'] ? base64_decode($result['body']) : $result['body'];

        return new self($result['statusCode'], $headers, $body);
    }

    /** A fault that is not the application's own answer, told to the developer. */
    public static function fromFault(int $status, string $message): self
    {
        return new self($status, ['Content-Type: text/plain; charset=utf-8'], "$message\n");
    }

    /**
     * A failure that the application has no page for is explained by what PHP said.
     *
     * @param string $said may be empty
     */
    public function orExplain(string $said): self
    {
        if ($this->status < 500 || $this->body !== '') {
            return $this;
        }
        $reason = $said === '' ? 'PHP said nothing about it.' : $said;

        return self::fromFault($this->status, "The script answered $this->status and no page.\n\n$reason");
    }

    public function send(): void
    {
        foreach ($this->headers as $header) {
            header($header, false);
        }
        // Last, since PHP takes some headers, such as Location, for a status.
        http_response_code($this->status);
        echo $this->body;
    }
}
