<?php

declare(strict_types=1);

namespace BrefLayer\Dev;

/** A response to the browser. */
final class Response
{
    /** Headers of the connection, which PHP's web server sends itself. */
    private const CONNECTION_HEADERS = ['connection', 'content-length', 'keep-alive', 'transfer-encoding'];

    /** @param string[] $headers header lines */
    private function __construct(
        public readonly int $status,
        private readonly array $headers,
        private readonly string $body,
    ) {
    }

    /** @param array<string, mixed> $result result of a function, in payload format 2.0 */
    public static function fromResult(array $result): self
    {
        $headers = [];
        foreach ($result['headers'] as $name => $value) {
            if (!in_array(strtolower((string) $name), self::CONNECTION_HEADERS, true)) {
                $headers[] = "$name: $value";
            }
        }
        foreach ($result['cookies'] as $cookie) {
            $headers[] = "Set-Cookie: $cookie";
        }
        $body = $result['isBase64Encoded'] ? base64_decode($result['body']) : $result['body'];

        return new self($result['statusCode'], $headers, $body);
    }

    /** Creates a response that explains a failure outside of the application to the developer. */
    public static function fromError(int $status, string $message): self
    {
        return new self($status, ['Content-Type: text/plain; charset=utf-8'], "$message\n");
    }

    /**
     * Returns a page with PHP's own messages if the application failed without a page.
     *
     * @param string $messages PHP's messages about the request; may be empty
     */
    public function orErrorPage(string $messages): self
    {
        if ($this->status < 500 || $this->body !== '') {
            return $this;
        }
        $reason = $messages === '' ? 'PHP logged no message about it.' : $messages;

        return self::fromError($this->status, "The script responded with status $this->status and an empty body.\n\n$reason");
    }

    public function send(): void
    {
        foreach ($this->headers as $header) {
            header($header, false);
        }
        // The status comes last because some headers, such as Location, make PHP change it.
        http_response_code($this->status);
        echo $this->body;
    }
}
