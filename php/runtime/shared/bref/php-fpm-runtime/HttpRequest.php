<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/**
 * The HTTP request in an event of API Gateway (payload formats 1.0 and 2.0), a Function URL (2.0) or a load balancer
 * (like 1.0).
 */
final class HttpRequest
{
    /** Format 2.0: headers joined by commas, cookies in a separate list. */
    public const FORMAT_2 = '2.0';
    /** Format 1.0 with lists of values in the event and in the response. */
    public const FORMAT_1_MULTI = '1.0 multi';
    /** Format 1.0 with one value per header: a load balancer without multi-value headers. */
    public const FORMAT_1_SINGLE = '1.0 single';

    /**
     * @param self::FORMAT_* $format
     * @param array<string, string> $headers by lower-case name
     * @param mixed $requestContext `requestContext` of the event
     */
    private function __construct(
        public readonly string $format,
        private readonly string $method,
        private readonly RequestPath $path,
        private readonly string $query,
        private readonly array $headers,
        public readonly string $body,
        private readonly mixed $requestContext,
    ) {
    }

    public static function fromEvent(mixed $event): self
    {
        if (is_array($event) && isset($event['requestContext']['http']['method'])) {
            return self::fromFormat2($event);
        }
        if (is_array($event) && isset($event['httpMethod'])) {
            return self::fromFormat1($event);
        }
        throw new RuntimeException(
            'The event must be an HTTP request from API Gateway, a Function URL or a load balancer. ' .
            'Invoke the function over HTTP, or choose another runtime with BREF_RUNTIME.',
        );
    }

    /**
     * Returns the variables of CGI (https://www.rfc-editor.org/rfc/rfc3875), and the usual additions of web servers.
     *
     * @return array<string, string>
     */
    public function toParameters(string $script, Context $context): array
    {
        $host = $this->headers['host'] ?? 'localhost';
        $isHttps = ($this->headers['x-forwarded-proto'] ?? '') === 'https';
        $parameters = [
            'GATEWAY_INTERFACE' => 'FastCGI/1.0',
            'SERVER_SOFTWARE' => 'bref',
            'SERVER_PROTOCOL' => $this->protocol(),
            'SERVER_NAME' => (string) preg_replace('/:\d+$/', '', $host),
            'SERVER_PORT' => $this->headers['x-forwarded-port'] ?? ($isHttps ? '443' : '80'),
            'SERVER_ADDR' => '127.0.0.1',
            // The address of the proxy, which frameworks trust. X-Forwarded-For has the client's address.
            'REMOTE_ADDR' => '127.0.0.1',
            'REQUEST_METHOD' => $this->method,
            'REQUEST_URI' => $this->path->uri . ($this->query === '' ? '' : "?$this->query"),
            'QUERY_STRING' => $this->query,
            'PATH_INFO' => $this->path->decodedBelowMount(),
            'DOCUMENT_ROOT' => dirname($script),
            'SCRIPT_FILENAME' => $script,
            'SCRIPT_NAME' => $this->path->mount . '/' . basename($script),
            'CONTENT_LENGTH' => (string) strlen($this->body),
            'CONTENT_TYPE' => $this->contentType(),
            'LAMBDA_INVOCATION_CONTEXT' => self::encode($context),
            'LAMBDA_REQUEST_CONTEXT' => self::encode($this->requestContext),
            'LAMBDA_REQUEST_ID' => $context->getAwsRequestId(),
            '_X_AMZN_TRACE_ID' => $context->getTraceId(),
        ] + ($isHttps ? ['HTTPS' => 'on'] : []);

        return $parameters + self::headerParameters($this->headers);
    }

    /**
     * @param array<string, string> $headers
     * @return array<string, string>
     */
    private static function headerParameters(array $headers): array
    {
        $parameters = [];
        $unusual = [];
        foreach ($headers as $name => $value) {
            // Any client can send X_Forwarded_For, which has the same variable as the gateway's X-Forwarded-For and
            // must not replace it. (nginx drops headers with underscores.)
            if (str_contains((string) $name, '_')) {
                $unusual['HTTP_' . strtoupper(strtr($name, '-', '_'))] = $value;
            } else {
                $parameters['HTTP_' . strtoupper(strtr((string) $name, '-', '_'))] = $value;
            }
        }

        return $parameters + $unusual;
    }

    private function protocol(): string
    {
        $given = $this->requestContext['http']['protocol'] ?? $this->requestContext['protocol'] ?? '';

        return is_string($given) && str_starts_with($given, 'HTTP/') ? $given : 'HTTP/1.1';
    }

    /** Defaults to a form for POST, because PHP does not parse a form without a content type. */
    private function contentType(): string
    {
        $default = $this->method === 'POST' ? 'application/x-www-form-urlencoded' : '';

        return $this->headers['content-type'] ?? $default;
    }

    /** @param array<mixed> $event */
    private static function fromFormat2(array $event): self
    {
        $headers = self::joinHeaders($event['headers'] ?? []);
        if (($event['cookies'] ?? []) !== []) {
            $headers['cookie'] = implode('; ', $event['cookies']);
        }

        return new self(
            self::FORMAT_2,
            strtoupper($event['requestContext']['http']['method']),
            RequestPath::fromFormat2($event),
            $event['rawQueryString'] ?? '',
            $headers,
            self::decodeBody($event),
            $event['requestContext'],
        );
    }

    /** @param array<mixed> $event */
    private static function fromFormat1(array $event): self
    {
        return new self(
            isset($event['multiValueHeaders']) ? self::FORMAT_1_MULTI : self::FORMAT_1_SINGLE,
            strtoupper($event['httpMethod']),
            RequestPath::fromFormat1($event),
            self::joinQuery($event),
            self::joinHeaders($event['multiValueHeaders'] ?? $event['headers'] ?? []),
            self::decodeBody($event),
            $event['requestContext'] ?? [],
        );
    }

    /**
     * @param array<mixed> $headers value or list of values by name
     * @return array<string, string> by lower-case name
     */
    private static function joinHeaders(array $headers): array
    {
        $joined = [];
        foreach ($headers as $name => $values) {
            $name = strtolower((string) $name);
            $joined[$name] = is_array($values)
                ? implode($name === 'cookie' ? '; ' : ', ', $values)
                : (string) $values;
        }

        return $joined;
    }

    /** @param array<mixed> $event */
    private static function joinQuery(array $event): string
    {
        // API Gateway decodes names and values. Load balancers do not.
        $isDecoded = !isset($event['requestContext']['elb']);
        $pairs = [];
        $query = $event['multiValueQueryStringParameters'] ?? $event['queryStringParameters'] ?? [];
        foreach ($query as $name => $values) {
            foreach (is_array($values) ? $values : [$values] as $value) {
                $pair = [(string) $name, (string) $value];
                $pairs[] = implode('=', $isDecoded ? array_map(rawurlencode(...), $pair) : $pair);
            }
        }

        return implode('&', $pairs);
    }

    /** @param array<mixed> $event */
    private static function decodeBody(array $event): string
    {
        $body = (string) ($event['body'] ?? '');

        return ($event['isBase64Encoded'] ?? false) === true ? (string) base64_decode($body) : $body;
    }

    private static function encode(mixed $value): string
    {
        return json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
    }
}
