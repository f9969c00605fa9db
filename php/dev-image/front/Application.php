<?php

declare(strict_types=1);

namespace BrefLayer\Dev;

use BrefLayer\Context;
use BrefLayer\FastCgiConnection;
use BrefLayer\FpmFailure;
use BrefLayer\HttpRequest;
use BrefLayer\HttpResponse;

/** The application as the FPM layer runs it: PHP-FPM executes the handler file for each request. */
final class Application
{
    /** The socket from the layer's php-fpm.conf. */
    private const SOCKET = '/tmp/.bref/php-fpm.sock';

    /** PHP-FPM starts together with the container. */
    private const START_TIMEOUT_SECONDS = 5.0;

    /** A developer may stay at a breakpoint for long. */
    private const REQUEST_TIMEOUT_SECONDS = 86400.0;

    /** Limit of an event and of a response: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
    private const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

    public function __construct(private readonly string $script)
    {
    }

    /** Handles the current request of PHP's web server. */
    public function handle(): Response
    {
        $requestId = self::uuid();
        $body = (string) file_get_contents('php://input');
        $event = GatewayEvent::fromRequest(getallheaders(), $body, $_SERVER, $requestId);
        if (strlen($event['body'] ?? '') > self::MAX_PAYLOAD_BYTES) {
            return Response::fromError(413, 'The request is too large: Lambda takes at most 6 MB.');
        }
        try {
            $result = $this->run($event, $requestId);
        } catch (FpmFailure $failure) {
            return Response::fromError(502, "{$failure->getMessage()}\nThe container's log has more details.");
        }
        if (strlen($result['body']) > self::MAX_PAYLOAD_BYTES) {
            return Response::fromError(502, 'The response is too large: Lambda takes at most 6 MB.');
        }

        return Response::fromResult($result);
    }

    /**
     * @param array<string, mixed> $event
     * @return array<string, mixed>
     * @throws FpmFailure
     */
    private function run(array $event, string $requestId): array
    {
        $context = new Context($requestId, (int) ((microtime(true) + GATEWAY_TIMEOUT_SECONDS) * 1000), '', '');
        $request = HttpRequest::fromEvent($event);
        $output = self::connect()
            ->request($request->toParameters($this->script, $context), $request->body, self::REQUEST_TIMEOUT_SECONDS);
        $result = HttpResponse::fromCgi(implode('', iterator_to_array($output, false)))
            ->toEvent($request->format, (bool) getenv('BREF_BINARY_RESPONSES'));

        return ['headers' => (array) $result['headers']] + $result;
    }

    /** Opens a connection for this request only: a kept connection would occupy its worker. */
    private static function connect(): FastCgiConnection
    {
        $deadline = microtime(true) + self::START_TIMEOUT_SECONDS;
        while (true) {
            try {
                return new FastCgiConnection(self::SOCKET);
            } catch (FpmFailure $failure) {
                if (microtime(true) > $deadline) {
                    throw $failure;
                }
                usleep(20_000);
            }
        }
    }

    private static function uuid(): string
    {
        return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex(random_bytes(16)), 4));
    }
}
