<?php

declare(strict_types=1);

namespace BrefLayer;

/** The ids by which Lambda assigns a response to an invocation. */
final class InvocationId
{
    /**
     * @param string $requestId equal for every retry of an asynchronous event
     * @param string $attemptId unique per attempt. The response repeats it, so that Lambda can reject a response to an
     * invocation that has already ended (header Lambda-Runtime-Invocation-Id; empty if Lambda sends none)
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

    /** @return string[] headers that every response needs */
    public function headers(): array
    {
        return $this->attemptId === '' ? [] : ["Lambda-Runtime-Invocation-Id: {$this->attemptId}"];
    }
}
