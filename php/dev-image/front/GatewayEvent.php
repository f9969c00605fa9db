<?php

declare(strict_types=1);

namespace BrefLayer\Dev;

/**
 * The event that an HTTP API of API Gateway creates from a request, in payload format 2.0:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
 */
final class GatewayEvent
{
    /**
     * @param array<string, string> $headers
     * @param array<string, string> $server the request's $_SERVER
     * @return array<string, mixed>
     */
    public static function fromRequest(array $headers, string $body, array $server, string $requestId): array
    {
        [$path, $query] = explode('?', $server['REQUEST_URI'], 2) + [1 => ''];
        $headers = array_change_key_case($headers);
        $cookies = $headers['cookie'] ?? '';
        unset($headers['cookie']);
        $host = $headers['host'] ?? 'localhost';
        // JSON can only hold text. (API Gateway decides by the content type, which leads to the same decoded body.)
        $isText = preg_match('//u', $body) === 1;
        $event = [
            'version' => '2.0',
            'routeKey' => '$default',
            'rawPath' => $path,
            'rawQueryString' => $query,
            'headers' => [
                'x-forwarded-for' => $server['REMOTE_ADDR'],
                'x-forwarded-port' => (string) (parse_url("http://$host", PHP_URL_PORT) ?? 80),
                'x-forwarded-proto' => 'http',
            ] + $headers,
            'requestContext' => [
                'accountId' => 'anonymous',
                'apiId' => 'local',
                'domainName' => $host,
                'domainPrefix' => 'local',
                'http' => [
                    'method' => $server['REQUEST_METHOD'],
                    'path' => $path,
                    'protocol' => $server['SERVER_PROTOCOL'],
                    'sourceIp' => $server['REMOTE_ADDR'],
                    'userAgent' => $headers['user-agent'] ?? '',
                ],
                'requestId' => $requestId,
                'routeKey' => '$default',
                'stage' => '$default',
                'time' => gmdate('d/M/Y:H:i:s O'),
                'timeEpoch' => (int) (microtime(true) * 1000),
            ],
            'isBase64Encoded' => !$isText,
        ];
        if ($cookies !== '') {
            $event['cookies'] = preg_split('/;\s*/', $cookies, -1, PREG_SPLIT_NO_EMPTY);
        }
        if ($query !== '') {
            $event['queryStringParameters'] = self::parseQuery($query);
        }
        if ($body !== '') {
            $event['body'] = $isText ? $body : base64_encode($body);
        }

        return $event;
    }

    /** @return array<string, string> parameters; repeated ones are joined by commas */
    private static function parseQuery(string $query): array
    {
        $parameters = [];
        foreach (explode('&', $query) as $pair) {
            [$name, $value] = array_map(urldecode(...), explode('=', $pair, 2)) + [1 => ''];
            $parameters[$name] = isset($parameters[$name]) ? "$parameters[$name],$value" : $value;
        }

        return $parameters;
    }
}
