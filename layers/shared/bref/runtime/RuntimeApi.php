<?php

declare(strict_types=1);

namespace BrefLayer;

use CurlHandle;
use RuntimeException;

/**
 * Lambda's Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) over one kept connection.
 */
final class RuntimeApi
{
    private const ROOT = '/2018-06-01/runtime';
    private const USER_AGENT = 'User-Agent: bref-layer/' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;

    private readonly CurlHandle $curl;

    /** @param string $host host and port, as in AWS_LAMBDA_RUNTIME_API */
    public function __construct(private readonly string $host)
    {
        $this->curl = curl_init();
    }

    /** Waits for the next event, however long that takes. */
    public function nextInvocation(): Invocation
    {
        $headers = [];
        [$status, $body] = $this->request('invocation/next', [
            CURLOPT_HTTPGET => true,
            CURLOPT_HTTPHEADER => [self::USER_AGENT],
            CURLOPT_HEADERFUNCTION => static function (CurlHandle $curl, string $line) use (&$headers): int {
                [$name, $value] = explode(':', $line, 2) + [1 => ''];
                $headers[strtolower($name)] = trim($value);

                return strlen($line);
            },
        ]);
        if ($status !== 200 || ($headers['lambda-runtime-aws-request-id'] ?? '') === '') {
            throw new RuntimeException("The Runtime API gave no event but HTTP $status: $body");
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
     * @param string $json the handler's result
     * @throws AnswerRefused above Lambda's limit (6 MB), and after the time limit
     */
    public function sendResponse(InvocationId $id, string $json): void
    {
        [$status, $body] = $this->post("{$id->path()}/response", $json, $id->headers());
        if ($status === 413) {
            $size = number_format(strlen($json) / 1_048_576, 1);
            throw new AnswerRefused("The response is $size MiB; Lambda takes at most 6 MiB.");
        }
        self::expectAccepted($status, $body);
    }

    /** @throws AnswerRefused after the time limit */
    public function sendError(InvocationId $id, ErrorReport $error): void
    {
        self::expectAccepted(...$this->post("{$id->path()}/error", $error->toJson(), $id->headers()));
    }

    /** An answer that is sent in parts; nothing is before the first of them. */
    public function openStream(InvocationId $id, string $contentType): ResponseStream
    {
        $headers = ["Content-Type: $contentType", self::USER_AGENT, ...$id->headers()];

        return new ResponseStream($this->host, self::ROOT . "/{$id->path()}/response", $headers);
    }

    /**
     * Says that the function cannot start.
     *
     * @param string $type such as `Runtime.NoSuchHandler`
     * @return bool false where Lambda takes it no longer: once it has handed out an event, the start is over
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
            throw new AnswerRefused('The answer came after the time limit; Lambda has ended the invocation.');
        }
        if ($status >= 300) {
            throw new RuntimeException("The Runtime API refused with HTTP $status: $body");
        }
    }

    /**
     * @param string[] $headers
     * @return array{int, string}
     */
    private function post(string $path, string $json, array $headers): array
    {
        return $this->request($path, [
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $json,
            // Without the empty Expect, curl would ask before it sends more than 1 MB and wait for an answer.
            CURLOPT_HTTPHEADER => [self::USER_AGENT, 'Content-Type: application/json', 'Expect:', ...$headers],
        ]);
    }

    /**
     * @param array<int, mixed> $options
     * @return array{int, string} status and body
     */
    private function request(string $path, array $options): array
    {
        // Keeps the connection, drops every option of the request before.
        curl_reset($this->curl);
        curl_setopt_array($this->curl, $options + [
            CURLOPT_URL => "http://{$this->host}" . self::ROOT . "/$path",
            CURLOPT_RETURNTRANSFER => true,
            // A function's http_proxy is meant for the world outside.
            CURLOPT_NOPROXY => '*',
        ]);
        $body = curl_exec($this->curl);
        if ($body === false) {
            throw new RuntimeException('The Runtime API cannot be reached: ' . curl_error($this->curl));
        }

        return [curl_getinfo($this->curl, CURLINFO_RESPONSE_CODE), $body];
    }
}
