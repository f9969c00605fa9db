<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/**
 * One answer to the Runtime API that is sent while it is made
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming): an HTTP
 * request in chunks, over a connection of its own. PHP's curl cannot send what tells an error in the middle: fields
 * after the last chunk.
 */
final class ResponseStream
{
    private const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type';
    private const ERROR_BODY = 'Lambda-Runtime-Function-Error-Body';

    /** Seconds that Lambda may take for what it was given: above 6 MB it passes on 2 MB a second. */
    private const READ_LIMIT = 900;

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
        $this->socket ??= $this->open();
        while ($bytes !== '') {
            $sent = @fwrite($this->socket, $bytes);
            if ($sent === false || $sent === 0) {
                // Lambda has closed the connection, and may have said why before.
                $this->expectAccepted();
                throw new AnswerRefused('Lambda took the streamed answer for complete before its end.');
            }
            $bytes = substr($bytes, $sent);
        }
    }

    /** @return resource */
    private function open()
    {
        // No delay: what is written is meant to arrive now.
        $context = stream_context_create(['socket' => ['tcp_nodelay' => true]]);
        $socket = @stream_socket_client("tcp://{$this->host}", $code, $message, 5, STREAM_CLIENT_CONNECT, $context);
        if ($socket === false) {
            throw new RuntimeException("The Runtime API cannot be reached: $message");
        }
        stream_set_timeout($socket, self::READ_LIMIT);
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
        $statusLine = (string) @stream_get_line($this->socket, 8192, "\r\n");
        if (preg_match('~^HTTP/1\.\d 2\d\d~', $statusLine) !== 1) {
            throw new AnswerRefused($statusLine === ''
                ? 'The Runtime API closed the connection in the middle of the streamed answer.'
                : "The Runtime API refused the streamed answer: $statusLine");
        }
    }
}
