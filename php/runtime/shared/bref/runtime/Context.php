<?php

declare(strict_types=1);

namespace BrefLayer;

use JsonSerializable;

/**
 * Data about one invocation besides its event. The methods have the names of bref/bref's context, so a handler works
 * with both. As JSON, it is the value of LAMBDA_INVOCATION_CONTEXT, as in bref/bref.
 */
final class Context implements JsonSerializable
{
    public function __construct(
        private readonly string $awsRequestId,
        private readonly int $deadlineMs,
        private readonly string $invokedFunctionArn,
        private readonly string $traceId,
    ) {
    }

    public function getAwsRequestId(): string
    {
        return $this->awsRequestId;
    }

    /** Returns the time when Lambda ends the invocation, in milliseconds since 1970. */
    public function getDeadlineMs(): int
    {
        return $this->deadlineMs;
    }

    /** Returns at least 0. */
    public function getRemainingTimeInMillis(): int
    {
        return max(0, $this->deadlineMs - (int) (microtime(true) * 1000));
    }

    public function getInvokedFunctionArn(): string
    {
        return $this->invokedFunctionArn;
    }

    /** Returns X-Ray's trace id, or an empty string if the invocation is not traced. */
    public function getTraceId(): string
    {
        return $this->traceId;
    }

    /** @return array<string, string|int> */
    public function jsonSerialize(): array
    {
        return [
            'awsRequestId' => $this->awsRequestId,
            'deadlineMs' => $this->deadlineMs,
            'invokedFunctionArn' => $this->invokedFunctionArn,
            'traceId' => $this->traceId,
        ];
    }
}
