<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/**
 * HTTP/1.1 with the Runtime API, one request after the other over a connection that is kept
 * (https://www.rfc-editor.org/rfc/rfc9112). curl can do the same, but takes three times the CPU time for it (73 instead
 * of 24 microseconds an event), and every event pays that.
 */
final class ApiConnection
{
    /** Seconds to connect to a server of the same machine. */
    private const CONNECT_LIMIT = 5;

    /** Seconds that a read waits at a time; the next event may come after any number of them. */
    private const READ_LIMIT = 3600;

    /** @var resource|null */
    private $socket = null;

    /** @param string $host host and port */
    public function __construct(private readonly string $host)
    {
    }

    /**
     * @param string[] $headers whole lines
     * @return array{int, array<string, string>, string} status, headers by lower-case name, body
     * @throws RuntimeException without an answer
     */
    public function request(string $method, string $path, array $headers, string $body = ''): array
    {
        $lines = ["$method $path HTTP/1.1", "Host: {$this->host}", ...$headers];
        if ($method === 'POST') {
            $lines[] = 'Content-Length: ' . strlen($body);
        }
        $request = implode("\r\n", $lines) . "\r\n\r\n$body";
        $isKept = $this->socket !== null;
        // A connection that ends is no fault here, but PHP warns, and an application's handler may throw at that.
        set_error_handler(static fn (): bool => true);
        try {
            $response = $this->exchange($request);
            if ($response === null && $isKept) {
                // A server may close a connection that is idle: then the request has reached nobody.
                $response = $this->exchange($request);
            }
        } finally {
            restore_error_handler();
        }

        return $response ?? throw new RuntimeException(
            'The Runtime API cannot be reached: it closed the connection without an answer.',
        );
    }

    /** @return array{int, array<string, string>, string}|null null where the connection ended before any answer */
    private function exchange(string $request): ?array
    {
        $this->socket ??= self::open($this->host);
        // A server that refuses a request may close before it has read all of it; its answer says why.
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
        // Without delay: what is written is meant to arrive now.
        $options = stream_context_create(['socket' => ['tcp_nodelay' => true]]);
        $flags = STREAM_CLIENT_CONNECT;
        $socket = stream_socket_client("tcp://$host", $code, $message, self::CONNECT_LIMIT, $flags, $options);
        if ($socket === false) {
            throw new RuntimeException("The Runtime API cannot be reached: $message");
        }
        stream_set_timeout($socket, self::READ_LIMIT);

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
        // What may follow the last chunk are headers, and an empty line.
        $this->readHeaders();

        return $body;
    }

    private function read(int $length): string
    {
        $bytes = '';
        while (strlen($bytes) < $length) {
            $more = fread($this->socket, $length - strlen($bytes));
            if (($more === '' || $more === false) && !$this->isWaiting()) {
                throw new RuntimeException('The Runtime API closed the connection in the middle of an answer.');
            }
            $bytes .= $more;
        }

        return $bytes;
    }

    /** With its end; empty where the connection has ended. */
    private function readLine(): string
    {
        do {
            $line = fgets($this->socket);
        } while ($line === false && $this->isWaiting());

        return (string) $line;
    }

    /** Whether a read came back only because it had waited long enough. */
    private function isWaiting(): bool
    {
        return stream_get_meta_data($this->socket)['timed_out'];
    }
}
