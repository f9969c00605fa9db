<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * A response that is sent to the Runtime API while it is produced
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming): an HTTP
 * request in chunks over a separate connection, which must be closed at the end. Trailers after the last chunk report
 * an error. PHP's curl cannot send trailers.
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

    /** Whether bytes were sent, so that only trailers can report an error. */
    public function isStarted(): bool
    {
        return $this->socket !== null;
    }

    /** @throws ResponseRejected */
    public function write(string $bytes): void
    {
        // An empty chunk would end the stream.
        if ($bytes !== '') {
            $this->send(dechex(strlen($bytes)) . "\r\n$bytes\r\n");
        }
    }

    /** @throws ResponseRejected */
    public function end(): void
    {
        $this->send("0\r\n\r\n");
        $this->expectAccepted();
    }

    /** @throws ResponseRejected */
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
        // PHP warns about a closed connection, and would call the application's error handler with the warning.
        set_error_handler(static fn (): bool => true);
        try {
            $this->socket ??= $this->open();
            for ($sent = 0; $sent < strlen($bytes); $sent += $written) {
                $written = fwrite($this->socket, $sent === 0 ? $bytes : substr($bytes, $sent));
                if ($written === false || $written === 0) {
                    // Lambda may have sent a reason before it closed the connection.
                    $this->expectAccepted();
                    throw new ResponseRejected('Lambda treated the streamed response as complete before its end.');
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

    /** Reads Lambda's reply to the response. */
    private function expectAccepted(): void
    {
        $statusLine = (string) stream_get_line($this->socket, 8192, "\r\n");
        if (preg_match('~^HTTP/1\.\d 2\d\d~', $statusLine) !== 1) {
            throw new ResponseRejected($statusLine === ''
                ? 'The Runtime API closed the connection in the middle of the streamed response.'
                : "The Runtime API rejected the streamed response with \"$statusLine\".");
        }
    }
}
