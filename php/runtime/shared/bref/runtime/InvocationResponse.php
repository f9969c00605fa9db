<?php

declare(strict_types=1);

namespace BrefLayer;

use Generator;
use JsonException;
use RuntimeException;

/** The response to one invocation: a result, in one piece or streamed, or an error. */
final class InvocationResponse
{
    private ?ResponseStream $stream = null;

    /** @param bool $isStreaming whether to stream the results that can be streamed */
    public function __construct(
        private readonly RuntimeApi $api,
        private readonly InvocationId $id,
        private readonly bool $isStreaming,
    ) {
    }

    /** @throws ResponseRejected */
    public function send(mixed $result): void
    {
        $streamed = $this->isStreaming ? StreamedResult::from($result) : null;
        if ($streamed === null) {
            $this->api->sendResponse($this->id, self::encode($result));

            return;
        }
        $this->stream = $this->api->openStream($this->id, $streamed->contentType);
        foreach ($streamed->parts() as $part) {
            $this->stream->write($part);
        }
        $this->stream->end();
    }

    /** @throws ResponseRejected */
    public function fail(ErrorReport $report): void
    {
        if ($this->stream?->isStarted() === true) {
            $this->stream->fail($report);
        } else {
            $this->api->sendError($this->id, $report);
        }
    }

    private static function encode(mixed $result): string
    {
        if ($result instanceof Generator || (is_array($result) && ($result['body'] ?? null) instanceof Generator)) {
            // JSON would turn it into {}, and its code would never run.
            throw new RuntimeException(
                'The handler returned a generator, but the function does not stream. ' .
                'Set BREF_STREAMED_MODE=1, or return the whole result.',
            );
        }
        try {
            // Escape sequences would make non-ASCII text up to three times as long, and Lambda takes at most 6 MB.
            return json_encode($result, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
        } catch (JsonException $error) {
            throw new RuntimeException(
                "The result cannot be encoded as JSON: {$error->getMessage()}. Encode binary data as base64.",
                0,
                $error,
            );
        }
    }
}
