<?php

declare(strict_types=1);

namespace BrefLayer;

use Generator;

/**
 * One connection of a FastCGI client (https://fastcgi-archives.github.io/FastCGI_Specification.html), limited to
 * PHP-FPM's needs: one request at a time over a kept connection.
 */
final class FastCgiConnection
{
    private const VERSION = 1;
    private const REQUEST_ID = 1;

    private const BEGIN_REQUEST = 1;
    private const END_REQUEST = 3;
    private const PARAMS = 4;
    private const STDIN = 5;
    private const STDOUT = 6;
    private const STDERR = 7;
    private const GET_VALUES = 9;

    private const ROLE_RESPONDER = 1;
    private const KEEP_CONNECTION = 1;

    /** The length of a record has 16 bits. */
    private const MAX_CONTENT_BYTES = 65535;
    private const HEADER_SIZE = 8;

    /** @var resource */
    private $socket;

    /** @throws FpmFailure if no process listens */
    public function __construct(string $path)
    {
        $socket = @stream_socket_client("unix://$path", $code, $message, 1);
        if ($socket === false) {
            throw new FpmFailure("PHP-FPM does not accept a connection at $path: $message.");
        }
        stream_set_blocking($socket, false);
        stream_set_chunk_size($socket, self::MAX_CONTENT_BYTES);
        $this->socket = $socket;
    }

    public function __destruct()
    {
        fclose($this->socket);
    }

    /** Between two requests, the socket is readable only if PHP-FPM has closed it. */
    public function isAlive(): bool
    {
        $read = [$this->socket];
        $none = [];

        return stream_select($read, $none, $none, 0) === 0;
    }

    /**
     * Sends a query that runs no script, and waits until a worker replies to it.
     *
     * @throws FpmTimeout
     * @throws FpmFailure
     */
    public function awaitWorker(float $timeoutSeconds): void
    {
        $query = pack('CCnnCx', self::VERSION, self::GET_VALUES, 0, 17, 0) . "\x0f\x00FCGI_MPXS_CONNS";
        if (@fwrite($this->socket, $query) !== strlen($query)) {
            throw self::lost();
        }
        $this->wait(false, microtime(true) + $timeoutSeconds, $timeoutSeconds);
        if ((string) fread($this->socket, self::MAX_CONTENT_BYTES) === '') {
            throw self::lost();
        }
    }

    /**
     * @param array<string, string> $parameters CGI variables
     * @return Generator<string> the script's output as it arrives: CGI headers, an empty line, the body
     * @throws FpmTimeout if the request does not finish in time
     * @throws FpmFailure if the connection ends before the response
     */
    public function request(array $parameters, string $body, float $timeoutSeconds): Generator
    {
        $pending = self::record(self::BEGIN_REQUEST, pack('nCx5', self::ROLE_RESPONDER, self::KEEP_CONNECTION))
            . self::stream(self::PARAMS, self::encodeParameters($parameters))
            . self::stream(self::STDIN, $body);
        $sent = 0;
        $received = '';
        $output = [];
        $deadline = microtime(true) + $timeoutSeconds;
        // Sends and receives at the same time: a script may write a long response before it has read its whole input.
        while (true) {
            $isReadable = $this->wait($sent < strlen($pending), $deadline, $timeoutSeconds);
            if ($sent < strlen($pending)) {
                $written = @fwrite($this->socket, substr($pending, $sent, 4 * self::MAX_CONTENT_BYTES));
                if ($written === false) {
                    throw self::lost();
                }
                $sent += $written;
            }
            if (!$isReadable) {
                continue;
            }
            $chunk = fread($this->socket, self::MAX_CONTENT_BYTES);
            if ($chunk === false || ($chunk === '' && feof($this->socket))) {
                throw self::lost();
            }
            $received .= $chunk;
            $isFinished = $this->takeRecords($received, $output);
            if ($output !== []) {
                yield implode('', $output);
                $output = [];
            }
            if ($isFinished) {
                return;
            }
        }
    }

    /** Waits until the socket is readable (or writable, if something is pending). Returns whether it is readable. */
    private function wait(bool $hasPending, float $deadline, float $timeoutSeconds): bool
    {
        $secondsLeft = $deadline - microtime(true);
        $read = [$this->socket];
        $write = $hasPending ? [$this->socket] : [];
        $none = [];
        $microseconds = (int) (fmod($secondsLeft, 1) * 1e6);
        if ($secondsLeft <= 0 || stream_select($read, $write, $none, (int) $secondsLeft, $microseconds) === 0) {
            throw new FpmTimeout(sprintf(
                'The request was stopped after %.1f seconds, before the function\'s timeout, and PHP-FPM restarts. ' .
                'Make the request faster, or raise the timeout.',
                $timeoutSeconds,
            ));
        }

        return $read !== [];
    }

    /**
     * Removes complete records from the beginning of the received bytes.
     *
     * @param string[] $output list to which the script's output is added
     * @return bool whether the request is finished
     */
    private function takeRecords(string &$received, array &$output): bool
    {
        $at = 0;
        $isFinished = false;
        while (!$isFinished && strlen($received) - $at >= self::HEADER_SIZE) {
            $header = unpack('Cversion/Ctype/nid/nlength/Cpadding', $received, $at);
            $end = $at + self::HEADER_SIZE + $header['length'] + $header['padding'];
            if ($header['version'] !== self::VERSION) {
                throw new FpmFailure("PHP-FPM must send records of FastCGI version 1; got {$header['version']}.");
            }
            if (strlen($received) < $end) {
                break;
            }
            $content = substr($received, $at + self::HEADER_SIZE, $header['length']);
            match ($header['type']) {
                self::STDOUT => $output[] = $content,
                // PHP's error messages, if the application switches fastcgi.logging on.
                self::STDERR => fwrite(STDERR, $content),
                self::END_REQUEST => $isFinished = true,
                default => null,
            };
            $at = $end;
        }
        $received = substr($received, $at);

        return $isFinished;
    }

    private static function lost(): FpmFailure
    {
        return new FpmFailure(
            'PHP-FPM closed the connection in the middle of the request: its worker crashed or was killed. ' .
            'Look for its last messages in the log, and check the function\'s memory size.',
        );
    }

    /** Returns records of at most 64 KiB, and the empty record that ends the stream. */
    private static function stream(int $type, string $content): string
    {
        $records = '';
        foreach ($content === '' ? [] : str_split($content, self::MAX_CONTENT_BYTES) as $part) {
            $records .= self::record($type, $part);
        }

        return $records . self::record($type, '');
    }

    private static function record(int $type, string $content): string
    {
        return pack('CCnnCx', self::VERSION, $type, self::REQUEST_ID, strlen($content), 0) . $content;
    }

    /**
     * Encodes each pair as two lengths, name and value. Lengths up to 127 have one byte, others four with the first bit
     * set.
     *
     * @param array<string, string> $parameters
     */
    private static function encodeParameters(array $parameters): string
    {
        $encoded = '';
        foreach ($parameters as $name => $value) {
            $nameLength = strlen((string) $name);
            $valueLength = strlen($value);
            $encoded .= ($nameLength < 128 ? chr($nameLength) : pack('N', $nameLength | 0x80000000))
                . ($valueLength < 128 ? chr($valueLength) : pack('N', $valueLength | 0x80000000))
                . $name . $value;
        }

        return $encoded;
    }
}
