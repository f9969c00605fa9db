<?php

declare(strict_types=1);

namespace BrefLayer;

/** A script's response: parsed from CGI, and converted to the format of Lambda's HTTP front ends. */
final class HttpResponse
{
    /** @param array<string, string[]> $headers values by name, in the spelling that PHP sent first */
    private function __construct(
        private readonly int $status,
        private readonly array $headers,
        private readonly string $body,
    ) {
    }

    /** @param string $output CGI headers, an empty line, the body */
    public static function fromCgi(string $output): self
    {
        [$head, $body] = explode("\r\n\r\n", $output, 2) + [1 => ''];
        if (preg_match('//u', $head) !== 1) {
            // JSON requires UTF-8. Other bytes are Latin-1, as in the first versions of HTTP.
            $head = mb_convert_encoding($head, 'UTF-8', 'ISO-8859-1');
        }
        $status = 200;
        $headers = [];
        $names = [];
        foreach (explode("\r\n", $head) as $line) {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $value = trim($value, " \t");
            if (strcasecmp($name, 'Status') === 0) {
                $status = (int) $value;
            } elseif ($name !== '') {
                $headers[$names[strtolower($name)] ??= $name][] = $value;
            }
        }

        return new self($status, $headers, $body);
    }

    /**
     * @param HttpRequest::FORMAT_* $format format of the event
     * @param bool $isAlwaysBinary whether to encode every body, for gateways that expect it
     * @return array<string, mixed>
     */
    public function toEvent(string $format, bool $isAlwaysBinary): array
    {
        // JSON can only hold text, so other bytes (an image, a compressed page) must be encoded.
        $isBinary = $isAlwaysBinary || preg_match('//u', $this->body) !== 1;
        $headers = $this->headers;
        $result = [
            'isBase64Encoded' => $isBinary,
            'statusCode' => $this->status,
        ];
        if ($format === HttpRequest::FORMAT_2) {
            $cookieName = self::findCookieName($headers);
            $result['cookies'] = $headers[$cookieName] ?? [];
            unset($headers[$cookieName]);
        }
        $result += $format === HttpRequest::FORMAT_1_MULTI
            ? ['multiValueHeaders' => (object) $headers]
            : ['headers' => (object) self::toSingleValues($headers)];

        return $result + ['body' => $isBinary ? base64_encode($this->body) : $this->body];
    }

    /** @param array<string, string[]> $headers */
    private static function findCookieName(array $headers): string
    {
        foreach (array_keys($headers) as $name) {
            if (strcasecmp((string) $name, 'Set-Cookie') === 0) {
                return (string) $name;
            }
        }

        return 'Set-Cookie';
    }

    /**
     * @param array<string, string[]> $headers
     * @return array<string, string>
     */
    private static function toSingleValues(array $headers): array
    {
        $single = [];
        foreach ($headers as $name => $values) {
            if (strcasecmp((string) $name, 'Set-Cookie') !== 0) {
                $single[$name] = implode(', ', $values);
                continue;
            }
            // Cookies cannot be joined. Names that differ only in case are one header in HTTP, but several keys here.
            foreach ($values as $index => $value) {
                $single[self::varyCase('set-cookie', $index)] = $value;
            }
        }

        return $single;
    }

    /** Returns the name with one letter in upper case for each set bit of the number. */
    private static function varyCase(string $name, int $number): string
    {
        for ($at = 0; $number > 0 && $at < strlen($name); $at++) {
            if ($name[$at] !== '-') {
                $name[$at] = ($number & 1) === 1 ? strtoupper($name[$at]) : $name[$at];
                $number >>= 1;
            }
        }

        return $name;
    }
}
