<?php

declare(strict_types=1);

namespace BrefLayer;

use Generator;
use JsonSerializable;
use RuntimeException;
use Stringable;
use Traversable;

/** A handler's result that is sent in parts while it is iterated. */
final class StreamedResult
{
    /** Format of Function URLs and API Gateway: a JSON object, eight NUL bytes, the body. */
    private const HTTP = 'application/vnd.awslambda.http-integration-response';
    private const DELIMITER = "\0\0\0\0\0\0\0\0";

    /** Lambda's default. */
    private const BYTES = 'application/octet-stream';

    /** @param array<string, mixed>|null $prelude */
    private function __construct(
        public readonly string $contentType,
        private readonly ?array $prelude,
        private readonly Generator $body,
    ) {
    }

    /**
     * @return self|null null if the result is neither an HTTP response (an array with `statusCode`) nor iterable
     */
    public static function from(mixed $result): ?self
    {
        if (self::isIterable($result)) {
            return new self(self::BYTES, null, self::iterate($result));
        }
        if (!is_array($result) || !isset($result['statusCode'])) {
            return null;
        }
        $body = $result['body'] ?? '';
        if (!self::isIterable($body)) {
            $isEncoded = ($result['isBase64Encoded'] ?? false) === true;
            $body = [$isEncoded ? base64_decode((string) $body) : $body];
        }
        $prelude = [
            'statusCode' => $result['statusCode'],
            'headers' => (object) ($result['headers'] ?? []),
            'cookies' => $result['cookies'] ?? [],
        ] + array_intersect_key($result, ['multiValueHeaders' => true]);

        return new self(self::HTTP, $prelude, self::iterate($body));
    }

    /** Whether a value is sent in parts. A JsonSerializable collection is sent as JSON instead. */
    private static function isIterable(mixed $value): bool
    {
        return $value instanceof Traversable && !$value instanceof JsonSerializable;
    }

    /**
     * Yields each part as soon as it exists. Waits for the first part of the body before it yields anything, so that an
     * error before it is an ordinary error.
     *
     * @return Generator<string>
     */
    public function parts(): Generator
    {
        $this->body->rewind();
        if ($this->prelude !== null) {
            yield json_encode($this->prelude, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
            yield self::DELIMITER;
        }
        yield from $this->body;
    }

    /**
     * @param iterable<mixed> $body
     * @return Generator<string>
     */
    private static function iterate(iterable $body): Generator
    {
        foreach ($body as $part) {
            if (!is_scalar($part) && !$part instanceof Stringable && $part !== null) {
                throw new RuntimeException(
                    'Each part of a streamed response must be a string; got ' . get_debug_type($part) . '.',
                );
            }
            yield (string) $part;
        }
    }
}
