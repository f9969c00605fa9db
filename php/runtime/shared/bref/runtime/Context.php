<?php

declare(strict_types=1);

namespace BrefLayer;

use JsonSerializable;

/**
 * What Lambda says of one invocation beside its event. The methods are named as in bref/bref's context, so that a
 * handler works with either; as JSON it is what bref/bref puts into LAMBDA_INVOCATION_CONTEXT.
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

    /** When Lambda ends the invocation, in milliseconds since 1970. */
    public function getDeadlineMs(): int
    {
        return $this->deadlineMs;
    }

    /** At least 0. */
    public function getRemainingTimeInMillis(): int
    {
        return max(0, $this->deadlineMs - (int) (microtime(true) * 1000));
    }

    public function getInvokedFunctionArn(): string
    {
        return $this->invokedFunctionArn;
    }

    /** X-Ray's; empty where the invocation is not traced. */
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
