<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * The path of a request, and the part of it at whose end the application begins. Events tell stages apart in three
 * ways (seen by https://github.com/CodeGenieApp/serverless-express/issues/465 and
 * https://github.com/aws-powertools/powertools-lambda-python/pull/579):
 *
 * - REST APIs leave the stage out of `path`, on the API's own domain too, whose URLs have it. Behind CloudFront or a
 *   domain of one's own, URLs do not, and an event does not say which it was. So does bref/bref.
 * - HTTP APIs in format 1.0 have in `path` what the client asked for: the stage on the API's own domain only.
 * - HTTP APIs in format 2.0 have the stage in `rawPath` on every domain, whether the client asked for it or not.
 *
 * Where the stage is in the client's URL, the application is mounted there: it is in REQUEST_URI and in SCRIPT_NAME, but
 * not in PATH_INFO, so that frameworks find their routes below it and make URLs with it.
 */
final class RequestPath
{
    /**
     * @param string $uri the whole path, percent-encoded
     * @param string $mount the stage's part of it, such as /dev; empty for none
     */
    private function __construct(
        public readonly string $uri,
        public readonly string $mount,
    ) {
    }

    /** @param array<mixed> $event in format 2.0 */
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

    /** @param array<mixed> $event in format 1.0 */
    public static function fromFormat1(array $event): self
    {
        $path = self::encode($event['path'] ?? '');
        // REST APIs and load balancers do not name a version.
        $isHttpApi = isset($event['version']);

        return new self($path, $isHttpApi && self::isOwnDomain($event) ? self::stageOf($event, $path) : '');
    }

    public function decodedBelowMount(): string
    {
        $rest = substr($this->uri, strlen($this->mount));

        return $rest === '' ? '/' : rawurldecode($rest);
    }

    /**
     * The stage as the beginning of the path; empty if it is not there.
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
     * Whether it came to the API's own domain, as in https://abc123.execute-api.eu-west-1.amazonaws.com/dev/.
     *
     * @param array<mixed> $event
     */
    private static function isOwnDomain(array $event): bool
    {
        return str_contains($event['requestContext']['domainName'] ?? '', '.execute-api.');
    }

    /** Some events have the path decoded. What is no character of a URI is encoded, what is encoded stays. */
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
