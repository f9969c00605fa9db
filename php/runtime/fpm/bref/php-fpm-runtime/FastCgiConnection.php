<?php

declare(strict_types=1);

namespace BrefLayer;

use Generator;

/**
 * A FastCGI client's end of one connection (https://fastcgi-archives.github.io/FastCGI_Specification.html), as far as
 * PHP-FPM needs it: one request at a time, the connection kept between them.
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

    /** A record's length is a number of 16 bits. */
    private const MAX_CONTENT = 65535;
    private const HEADER_SIZE = 8;

    /** @var resource */
    private $socket;

    /** @throws FpmFailure when nobody listens */
    public function __construct(string $path)
    {
        $socket = @stream_socket_client("unix://$path", $code, $message, 1);
        if ($socket === false) {
            throw new FpmFailure("PHP-FPM takes no connection at $path: $message");
        }
        stream_set_blocking($socket, false);
        stream_set_chunk_size($socket, self::MAX_CONTENT);
        $this->socket = $socket;
    }

    public function __destruct()
    {
        fclose($this->socket);
    }

    /** Between two requests there is nothing to read, unless the other end is gone. */
    public function isAlive(): bool
    {
        $read = [$this->socket];
        $none = [];

        return stream_select($read, $none, $none, 0) === 0;
    }

    /**
     * Returns when a worker has taken this connection: it answers a question that no script is run for.
     *
     * @param float $timeLimit seconds
     * @throws FpmTimeout
     * @throws FpmFailure
     */
    public function awaitWorker(float $timeLimit): void
    {
        $question = pack('CCnnCx', self::VERSION, self::GET_VALUES, 0, 17, 0) . "\x0f\x00FCGI_MPXS_CONNS";
        if (@fwrite($this->socket, $question) !== strlen($question)) {
            throw self::lost();
        }
        $this->wait(false, microtime(true) + $timeLimit, $timeLimit);
        if ((string) fread($this->socket, self::MAX_CONTENT) === '') {
            throw self::lost();
        }
    }

    /**
     * @param array<string, string> $parameters CGI variables
     * @param float $timeLimit seconds
     * @return Generator<string> what the script answers, as it comes: CGI headers, an empty line, the body
     * @throws FpmTimeout when it is not finished in time
     * @throws FpmFailure when the connection ends before the answer does
     */
    public function request(array $parameters, string $body, float $timeLimit): Generator
    {
        $pending = self::record(self::BEGIN_REQUEST, pack('nCx5', self::ROLE_RESPONDER, self::KEEP_CONNECTION))
            . self::stream(self::PARAMS, self::encodeParameters($parameters))
            . self::stream(self::STDIN, $body);
        $sent = 0;
        $received = '';
        $output = [];
        $deadline = microtime(true) + $timeLimit;
        // Both directions at once: a script may answer at length before it has read its whole input.
        while (true) {
            $isReadable = $this->wait($sent < strlen($pending), $deadline, $timeLimit);
            if ($sent < strlen($pending)) {
                $written = @fwrite($this->socket, substr($pending, $sent, 4 * self::MAX_CONTENT));
                if ($written === false) {
                    throw self::lost();
                }
                $sent += $written;
            }
            if (!$isReadable) {
                continue;
            }
            $chunk = fread($this->socket, self::MAX_CONTENT);
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

    /** Waits until something can be read (or, where there is something to send, written). */
    private function wait(bool $hasPending, float $deadline, float $timeLimit): bool
    {
        $left = $deadline - microtime(true);
        $read = [$this->socket];
        $write = $hasPending ? [$this->socket] : [];
        $none = [];
        if ($left <= 0 || stream_select($read, $write, $none, (int) $left, (int) (fmod($left, 1) * 1e6)) === 0) {
            throw new FpmTimeout(sprintf(
                'The request was stopped after %.1f seconds, before Lambda\'s own time limit, and PHP-FPM restarted. ' .
                'Make it faster or raise the function\'s timeout.',
                $timeLimit,
            ));
        }

        return $read !== [];
    }

    /**
     * Takes whole records off the front of what was received.
     *
     * @param string[] $output the script's output is added to it
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
                throw new FpmFailure("PHP-FPM sent a record of FastCGI version {$header['version']}.");
            }
            if (strlen($received) < $end) {
                break;
            }
            $content = substr($received, $at + self::HEADER_SIZE, $header['length']);
            match ($header['type']) {
                self::STDOUT => $output[] = $content,
                // PHP's own errors, where an application switches fastcgi.logging on.
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
            'PHP-FPM closed the connection in the middle of the request: its worker crashed or was killed.',
        );
    }

    /** Records of at most 64 KiB, then the empty one that ends the stream. */
    private static function stream(int $type, string $content): string
    {
        $records = '';
        foreach ($content === '' ? [] : str_split($content, self::MAX_CONTENT) as $part) {
            $records .= self::record($type, $part);
        }

        return $records . self::record($type, '');
    }

    private static function record(int $type, string $content): string
    {
        return pack('CCnnCx', self::VERSION, $type, self::REQUEST_ID, strlen($content), 0) . $content;
    }

    /**
     * Lengths, then name and value. A length is one byte up to 127, else four with the first bit set.
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
