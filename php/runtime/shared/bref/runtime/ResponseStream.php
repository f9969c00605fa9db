<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * One answer to the Runtime API that is sent while it is made
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming): an HTTP
 * request in chunks, over a connection of its own, which Lambda wants closed at the end. An error in the middle is told by
 * fields after the last chunk, which PHP's curl cannot send.
 */
final class ResponseStream
{
    private const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type';
    private const ERROR_BODY = 'Lambda-Runtime-Function-Error-Body';

    /** @var resource|null */
    private $socket = null;

    /**
     * @param string $host host and port
     * @param string[] $headers
     */
    public function __construct(
        private readonly string $host,
        private readonly string $path,
        private readonly array $headers,
    ) {
    }

    /** From here on only the end of the stream can tell an error. */
    public function isBegun(): bool
    {
        return $this->socket !== null;
    }

    /** @throws AnswerRefused */
    public function write(string $bytes): void
    {
        // An empty chunk would be the last one.
        if ($bytes !== '') {
            $this->send(dechex(strlen($bytes)) . "\r\n$bytes\r\n");
        }
    }

    /** @throws AnswerRefused */
    public function end(): void
    {
        $this->send("0\r\n\r\n");
        $this->expectAccepted();
    }

    /** @throws AnswerRefused */
    public function fail(ErrorReport $report): void
    {
        $this->send(
            "0\r\n" . self::ERROR_TYPE . ": {$report->typeAsHeader()}\r\n" .
            self::ERROR_BODY . ': ' . base64_encode($report->toJson()) . "\r\n\r\n",
        );
        $this->expectAccepted();
    }

    private function send(string $bytes): void
    {
        // A connection that ends is no fault of the application's, whose error handler would be asked.
        set_error_handler(static fn (): bool => true);
        try {
            $this->socket ??= $this->open();
            for ($sent = 0; $sent < strlen($bytes); $sent += $written) {
                $written = fwrite($this->socket, $sent === 0 ? $bytes : substr($bytes, $sent));
                if ($written === false || $written === 0) {
                    // Lambda may have said why, before it closed the connection.
                    $this->expectAccepted();
                    throw new AnswerRefused('Lambda took the streamed answer for complete before its end.');
                }
            }
        } finally {
            restore_error_handler();
        }
    }

    /** @return resource */
    private function open()
    {
        $socket = ApiConnection::open($this->host);
        fwrite($socket, implode("\r\n", [
            "POST {$this->path} HTTP/1.1",
            "Host: {$this->host}",
            ...$this->headers,
            'Lambda-Runtime-Function-Response-Mode: streaming',
            'Transfer-Encoding: chunked',
            'Trailer: ' . self::ERROR_TYPE,
            'Trailer: ' . self::ERROR_BODY,
            'Connection: close',
        ]) . "\r\n\r\n");

        return $socket;
    }

    /** Lambda's answer to the answer. */
    private function expectAccepted(): void
    {
        $statusLine = (string) stream_get_line($this->socket, 8192, "\r\n");
        if (preg_match('~^HTTP/1\.\d 2\d\d~', $statusLine) !== 1) {
            throw new AnswerRefused($statusLine === ''
                ? 'The Runtime API closed the connection in the middle of the streamed answer.'
                : "The Runtime API refused the streamed answer: $statusLine");
        }
    }
}
