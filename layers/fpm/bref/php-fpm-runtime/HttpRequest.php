<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/**
 * An HTTP request as API Gateway (payload formats 1.0 and 2.0), a Function URL (2.0) or a load balancer (like 1.0)
 * describes it in an event.
 */
final class HttpRequest
{
    /** Format 2.0: headers joined by commas, cookies apart. */
    public const FORMAT_2 = '2.0';
    /** Format 1.0 with lists of values, and the answer alike. */
    public const FORMAT_1_MULTI = '1.0 multi';
    /** Format 1.0 with one value per header: a load balancer whose lists of values are switched off. */
    public const FORMAT_1_SINGLE = '1.0 single';

    /**
     * @param self::FORMAT_* $format
     * @param string $path percent-encoded
     * @param array<string, string> $headers by lower-case name
     * @param mixed $requestContext the event's own
     */
    private function __construct(
        public readonly string $format,
        private readonly string $method,
        private readonly string $path,
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
            'This function serves HTTP, but the event is no HTTP request of API Gateway, a Function URL or a load ' .
            'balancer. Invoke it over HTTP, or choose another runtime by BREF_RUNTIME.',
        );
    }

    /**
     * The variables that describe the request to PHP.
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
            'SERVER_PROTOCOL' => 'HTTP/1.1',
            'SERVER_NAME' => (string) preg_replace('/:\d+$/', '', $host),
            'SERVER_PORT' => $this->headers['x-forwarded-port'] ?? '80',
            'SERVER_ADDR' => '127.0.0.1',
            // The proxy in front, as frameworks expect it of a trusted one: the client is in X-Forwarded-For.
            'REMOTE_ADDR' => '127.0.0.1',
            'REQUEST_METHOD' => $this->method,
            'REQUEST_URI' => $this->path . ($this->query === '' ? '' : "?$this->query"),
            'QUERY_STRING' => $this->query,
            'PATH_INFO' => rawurldecode($this->path),
            'DOCUMENT_ROOT' => dirname($script),
            'SCRIPT_FILENAME' => $script,
            'SCRIPT_NAME' => '/' . basename($script),
            'CONTENT_LENGTH' => (string) strlen($this->body),
            'CONTENT_TYPE' => $this->contentType(),
            'LAMBDA_INVOCATION_CONTEXT' => self::encode($context),
            'LAMBDA_REQUEST_CONTEXT' => self::encode($this->requestContext),
            'LAMBDA_REQUEST_ID' => $context->getAwsRequestId(),
            '_X_AMZN_TRACE_ID' => $context->getTraceId(),
        ] + ($isHttps ? ['HTTPS' => 'on'] : []);
        foreach ($this->headers as $name => $value) {
            // These two have variables of their own.
            if ($name !== 'content-type' && $name !== 'content-length') {
                $parameters['HTTP_' . strtoupper(strtr((string) $name, '-', '_'))] = $value;
            }
        }

        return $parameters;
    }

    /** Without a type PHP would not parse a form. */
    private function contentType(): string
    {
        $default = $this->method === 'POST' ? 'application/x-www-form-urlencoded' : '';

        return $this->headers['content-type'] ?? $default;
    }

    /** @param array<mixed> $event */
    private static function fromFormat2(array $event): self
    {
        $headers = self::lowerCaseNames($event['headers'] ?? []);
        if (($event['cookies'] ?? []) !== []) {
            $headers['cookie'] = implode('; ', $event['cookies']);
        }

        return new self(
            self::FORMAT_2,
            strtoupper($event['requestContext']['http']['method']),
            self::encodePath($event['rawPath'] ?? '/'),
            $event['rawQueryString'] ?? '',
            $headers,
            self::decodeBody($event),
            $event['requestContext'],
        );
    }

    /** @param array<mixed> $event */
    private static function fromFormat1(array $event): self
    {
        $hasLists = isset($event['multiValueHeaders']);
        $headers = [];
        foreach (self::lowerCaseNames($event['multiValueHeaders'] ?? $event['headers'] ?? []) as $name => $values) {
            $headers[$name] = implode($name === 'cookie' ? '; ' : ', ', (array) $values);
        }
        // Load balancers hand on the query as it was; API Gateway decodes it.
        $isDecoded = !isset($event['requestContext']['elb']);
        $pairs = [];
        $query = $event['multiValueQueryStringParameters'] ?? $event['queryStringParameters'] ?? [];
        foreach ($query as $name => $values) {
            foreach ((array) $values as $value) {
                $pair = [(string) $name, (string) $value];
                $pairs[] = implode('=', $isDecoded ? array_map(rawurlencode(...), $pair) : $pair);
            }
        }

        return new self(
            $hasLists ? self::FORMAT_1_MULTI : self::FORMAT_1_SINGLE,
            strtoupper($event['httpMethod']),
            self::encodePath($event['path'] ?? '/'),
            implode('&', $pairs),
            $headers,
            self::decodeBody($event),
            $event['requestContext'] ?? [],
        );
    }

    /** Some events have the path decoded. What is no character of a URI is encoded, what is encoded stays. */
    private static function encodePath(string $path): string
    {
        return (string) preg_replace_callback(
            '~[^A-Za-z0-9\-._\~!$&\'()*+,;=:@%/]~',
            static fn (array $match): string => rawurlencode($match[0]),
            $path,
        );
    }

    /** @param array<mixed> $event */
    private static function decodeBody(array $event): string
    {
        $body = (string) ($event['body'] ?? '');

        return ($event['isBase64Encoded'] ?? false) === true ? (string) base64_decode($body) : $body;
    }

    /**
     * @param array<string, mixed> $headers
     * @return array<string, mixed>
     */
    private static function lowerCaseNames(array $headers): array
    {
        return array_change_key_case($headers, CASE_LOWER);
    }

    private static function encode(mixed $value): string
    {
        return json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
    }
}
