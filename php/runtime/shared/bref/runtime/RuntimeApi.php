<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/**
 * Lambda's Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) over one kept connection.
 */
final class RuntimeApi
{
    private const ROOT = '/2018-06-01/runtime';
    private const USER_AGENT = 'User-Agent: bref-layer/' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;

    private readonly ApiConnection $connection;

    /** @param string $host host and port, as in AWS_LAMBDA_RUNTIME_API */
    public function __construct(private readonly string $host)
    {
        $this->connection = new ApiConnection($host);
    }

    /** Waits for the next event, without a time limit. */
    public function nextInvocation(): Invocation
    {
        [$status, $headers, $body] = $this->connection->request('GET', self::ROOT . '/invocation/next', [self::USER_AGENT]);
        if ($status !== 200 || ($headers['lambda-runtime-aws-request-id'] ?? '') === '') {
            throw new RuntimeException("The Runtime API returned HTTP $status instead of an event: $body");
        }
        $requestId = $headers['lambda-runtime-aws-request-id'];
        $context = new Context(
            $requestId,
            (int) ($headers['lambda-runtime-deadline-ms'] ?? 0),
            $headers['lambda-runtime-invoked-function-arn'] ?? '',
            $headers['lambda-runtime-trace-id'] ?? '',
        );

        return new Invocation(
            new InvocationId($requestId, $headers['lambda-runtime-invocation-id'] ?? ''),
            $body,
            $context,
        );
    }

    /**
     * @param string $json result of the handler
     * @throws ResponseRejected if the result is over 6 MB or comes after the function's timeout
     */
    public function sendResponse(InvocationId $id, string $json): void
    {
        [$status, $body] = $this->post("{$id->path()}/response", $json, $id->headers());
        if ($status === 413) {
            $sizeMib = number_format(strlen($json) / 1_048_576, 1);
            throw new ResponseRejected(
                "The response is $sizeMib MiB, but Lambda takes at most 6 MiB. Return less, or stream the response.",
            );
        }
        self::expectAccepted($status, $body);
    }

    /** @throws ResponseRejected after the function's timeout */
    public function sendError(InvocationId $id, ErrorReport $error): void
    {
        self::expectAccepted(...$this->post("{$id->path()}/error", $error->toJson(), $id->headers()));
    }

    /** Prepares a streamed response. Nothing is sent before its first part. */
    public function openStream(InvocationId $id, string $contentType): ResponseStream
    {
        $headers = ["Content-Type: $contentType", self::USER_AGENT, ...$id->headers()];

        return new ResponseStream($this->host, self::ROOT . "/{$id->path()}/response", $headers);
    }

    /**
     * Reports that the function cannot start.
     *
     * @param string $type such as `Runtime.NoSuchHandler`
     * @return bool false if Lambda rejects the report because it has already handed out an event
     */
    public function sendInitError(string $type, ErrorReport $error): bool
    {
        [$status, $body] = $this->post('init/error', $error->toJson(), ["Lambda-Runtime-Function-Error-Type: $type"]);
        if ($status === 403) {
            return false;
        }
        self::expectAccepted($status, $body);

        return true;
    }

    private static function expectAccepted(int $status, string $body): void
    {
        if ($status === 410) {
            throw new ResponseRejected('The response came after the function\'s timeout. Raise the timeout.');
        }
        if ($status >= 300) {
            throw new RuntimeException("The Runtime API rejected the request with HTTP $status: $body");
        }
    }

    /**
     * @param string[] $headers
     * @return array{int, string} status and body
     */
    private function post(string $path, string $json, array $headers): array
    {
        $lines = [self::USER_AGENT, 'Content-Type: application/json', ...$headers];
        [$status, , $body] = $this->connection->request('POST', self::ROOT . "/$path", $lines, $json);

        return [$status, $body];
    }
}
