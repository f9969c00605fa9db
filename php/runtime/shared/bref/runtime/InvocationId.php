<?php

declare(strict_types=1);

namespace BrefLayer;

/** What an answer to the Runtime API has to name, so that Lambda knows which invocation it belongs to. */
final class InvocationId
{
    /**
     * @param string $requestId the same for every retry of an asynchronous event
     * @param string $attemptId unlike it never used twice; sent back, so that Lambda can refuse an answer to an
     * invocation that is over by now (the header Lambda-Runtime-Invocation-Id; empty where Lambda sends none)
     */
    public function __construct(
        public readonly string $requestId,
        public readonly string $attemptId,
    ) {
    }

    public function path(): string
    {
        return "invocation/{$this->requestId}";
    }

    /** @return string[] headers of every answer */
    public function headers(): array
    {
        return $this->attemptId === '' ? [] : ["Lambda-Runtime-Invocation-Id: {$this->attemptId}"];
    }
}
