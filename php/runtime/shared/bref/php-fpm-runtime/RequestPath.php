<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * The path of a request, and the stage at its beginning, below which the application is mounted. Kinds of events differ
 * in the stage (reported in https://github.com/CodeGenieApp/serverless-express/issues/465 and
 * https://github.com/aws-powertools/powertools-lambda-python/pull/579):
 *
 * - REST APIs omit the stage from `path`. URLs on the API's own domain have it. URLs behind CloudFront or on a custom
 *   domain do not, and an event does not show which URL it was. So the stage stays omitted, as in bref/bref.
 * - HTTP APIs in format 1.0 have the client's path in `path`: with the stage only on the API's own domain.
 * - HTTP APIs in format 2.0 have the stage in `rawPath` on every domain, even if the client's URL has none.
 *
 * If the client's URL has the stage, the application is mounted below it: REQUEST_URI and SCRIPT_NAME contain the
 * stage, PATH_INFO does not. So frameworks find their routes below the stage and generate URLs with it.
 */
final class RequestPath
{
    /**
     * @param string $uri whole path, percent-encoded
     * @param string $mount stage at its beginning, such as /dev; may be empty
     */
    private function __construct(
        public readonly string $uri,
        public readonly string $mount,
    ) {
    }

    /** @param array<mixed> $event event in format 2.0 */
    public static function fromFormat2(array $event): self
    {
        $path = self::encode($event['rawPath'] ?? '');
        $stage = self::stageOf($event, $path);
        if ($stage === '' || self::isOwnDomain($event)) {
            return new self($path, $stage);
        }
        $rest = substr($path, strlen($stage));

        return new self($rest === '' ? '/' : $rest, '');
    }

    /** @param array<mixed> $event event in format 1.0 */
    public static function fromFormat1(array $event): self
    {
        $path = self::encode($event['path'] ?? '');
        // Events of REST APIs and load balancers have no version.
        $isHttpApi = isset($event['version']);

        return new self($path, $isHttpApi && self::isOwnDomain($event) ? self::stageOf($event, $path) : '');
    }

    public function decodedBelowMount(): string
    {
        $rest = substr($this->uri, strlen($this->mount));

        return $rest === '' ? '/' : rawurldecode($rest);
    }

    /**
     * Returns the stage with a slash if the path begins with it; otherwise an empty string.
     *
     * @param array<mixed> $event
     */
    private static function stageOf(array $event, string $path): string
    {
        $stage = $event['requestContext']['stage'] ?? '$default';
        if ($stage === '$default' || !str_starts_with("$path/", "/$stage/")) {
            return '';
        }

        return "/$stage";
    }

    /**
     * Whether the request came to the API's own domain, as in https://abc123.execute-api.eu-west-1.amazonaws.com/dev/.
     *
     * @param array<mixed> $event
     */
    private static function isOwnDomain(array $event): bool
    {
        return str_contains($event['requestContext']['domainName'] ?? '', '.execute-api.');
    }

    /** Encodes characters that are invalid in a URI, because some events have a decoded path. Keeps encoded ones. */
    private static function encode(string $path): string
    {
        $encoded = (string) preg_replace_callback(
            '~%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._\~!$&\'()*+,;=:@%/]~',
            static fn (array $match): string => rawurlencode($match[0]),
            $path,
        );

        return str_starts_with($encoded, '/') ? $encoded : "/$encoded";
    }
}
