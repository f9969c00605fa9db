<?php

declare(strict_types=1);

namespace BrefLayer;

use Generator;
use JsonException;
use RuntimeException;

/** The answer to one invocation: a result, whole or in parts, or the error in its place. */
final class Answer
{
    private ?ResponseStream $stream = null;

    /** @param bool $isStreaming whether results are sent in parts where they can be */
    public function __construct(
        private readonly RuntimeApi $api,
        private readonly InvocationId $id,
        private readonly bool $isStreaming,
    ) {
    }

    /** @throws AnswerRefused */
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

    /** @throws AnswerRefused */
    public function fail(ErrorReport $report): void
    {
        if ($this->stream?->isBegun() === true) {
            $this->stream->fail($report);
        } else {
            $this->api->sendError($this->id, $report);
        }
    }

    private static function encode(mixed $result): string
    {
        if ($result instanceof Generator || (is_array($result) && ($result['body'] ?? null) instanceof Generator)) {
            // As JSON it would be {}, and its code would never run.
            throw new RuntimeException('Only a function with BREF_STREAMED_MODE=1 can answer with a generator.');
        }
        try {
            // Escaped, a text outside of ASCII would be up to three times as long, and Lambda takes 6 MB.
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
