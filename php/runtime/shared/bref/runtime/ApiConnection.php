<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/**
 * An HTTP/1.1 client for the Runtime API that sends one request after the other over a kept connection
 * (https://www.rfc-editor.org/rfc/rfc9112). curl needs three times the CPU time per event (73 instead of 24
 * microseconds).
 */
final class ApiConnection
{
    private const CONNECT_TIMEOUT_SECONDS = 5;

    /** Longest single read. It is repeated after this time, because the next event may come at any time. */
    private const READ_TIMEOUT_SECONDS = 3600;

    /** @var resource|null */
    private $socket = null;

    /** @param string $host host and port */
    public function __construct(private readonly string $host)
    {
    }

    /**
     * @param string[] $headers header lines
     * @return array{int, array<string, string>, string} status, headers by lower-case name, body
     * @throws RuntimeException if there is no response
     */
    public function request(string $method, string $path, array $headers, string $body = ''): array
    {
        $lines = ["$method $path HTTP/1.1", "Host: {$this->host}", ...$headers];
        if ($method === 'POST') {
            $lines[] = 'Content-Length: ' . strlen($body);
        }
        $request = implode("\r\n", $lines) . "\r\n\r\n$body";
        $isKept = $this->socket !== null;
        // PHP warns about a closed connection, and an application's error handler may turn the warning into an
        // exception.
        set_error_handler(static fn (): bool => true);
        try {
            $response = $this->exchange($request);
            if ($response === null && $isKept) {
                // A server may close an idle connection. In that case the request has not arrived.
                $response = $this->exchange($request);
            }
        } finally {
            restore_error_handler();
        }

        return $response ?? throw new RuntimeException(
            'The Runtime API cannot be reached: it closed the connection without a response.',
        );
    }

    /** @return array{int, array<string, string>, string}|null null if the connection ended before a response */
    private function exchange(string $request): ?array
    {
        $this->socket ??= self::open($this->host);
        // Errors are ignored: a server may reject a request and close the connection before it has read the whole
        // request. Its response has the reason.
        $this->write($request);
        do {
            $statusLine = $this->readLine();
            if ($statusLine === '') {
                $this->socket = null;

                return null;
            }
            $status = (int) substr($statusLine, 9, 3);
            $headers = $this->readHeaders();
        } while ($status < 200);
        $body = ($headers['transfer-encoding'] ?? '') === 'chunked'
            ? $this->readChunks()
            : $this->read((int) ($headers['content-length'] ?? 0));
        if (strcasecmp($headers['connection'] ?? '', 'close') === 0) {
            $this->socket = null;
        }

        return [$status, $headers, $body];
    }

    /**
     * @param string $host host and port
     * @return resource
     */
    public static function open(string $host)
    {
        // Sends data without delay.
        $options = stream_context_create(['socket' => ['tcp_nodelay' => true]]);
        $flags = STREAM_CLIENT_CONNECT;
        $socket = stream_socket_client("tcp://$host", $code, $message, self::CONNECT_TIMEOUT_SECONDS, $flags, $options);
        if ($socket === false) {
            throw new RuntimeException("The Runtime API cannot be reached: $message.");
        }
        stream_set_timeout($socket, self::READ_TIMEOUT_SECONDS);

        return $socket;
    }

    private function write(string $bytes): void
    {
        for ($sent = 0; $sent < strlen($bytes); $sent += $written) {
            $written = fwrite($this->socket, $sent === 0 ? $bytes : substr($bytes, $sent));
            if ($written === false || $written === 0) {
                return;
            }
        }
    }

    /** @return array<string, string> */
    private function readHeaders(): array
    {
        $headers = [];
        while (($line = rtrim($this->readLine(), "\r\n")) !== '') {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $headers[strtolower($name)] = trim($value);
        }

        return $headers;
    }

    private function readChunks(): string
    {
        $body = '';
        while (($size = (int) hexdec(strtok($this->readLine(), ";\r\n") ?: '0')) > 0) {
            $body .= $this->read($size);
            $this->readLine();
        }
        // Headers and an empty line may follow the last chunk.
        $this->readHeaders();

        return $body;
    }

    private function read(int $length): string
    {
        $bytes = '';
        while (strlen($bytes) < $length) {
            $more = fread($this->socket, $length - strlen($bytes));
            if (($more === '' || $more === false) && !$this->hasTimedOut()) {
                throw new RuntimeException('The Runtime API closed the connection in the middle of a response.');
            }
            $bytes .= $more;
        }

        return $bytes;
    }

    /** Returns a line with its line break, or an empty string if the connection has ended. */
    private function readLine(): string
    {
        do {
            $line = fgets($this->socket);
        } while ($line === false && $this->hasTimedOut());

        return (string) $line;
    }

    /** Whether a read returned only because of its timeout. */
    private function hasTimedOut(): bool
    {
        return stream_get_meta_data($this->socket)['timed_out'];
    }
}
