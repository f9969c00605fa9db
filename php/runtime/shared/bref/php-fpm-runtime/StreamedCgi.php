<?php

declare(strict_types=1);

namespace BrefLayer;

use Generator;

/** A script's response that is passed on while it is produced. */
final class StreamedCgi
{
    /**
     * @param Generator<string> $output CGI headers, an empty line, the body
     * @return array<string, mixed> HTTP response with an iterable body, as soon as its headers have arrived
     */
    public static function toResult(Generator $output): array
    {
        $received = '';
        for (; $output->valid(); $output->next()) {
            $received .= $output->current();
            if (str_contains($received, "\r\n\r\n")) {
                break;
            }
        }
        [$head, $body] = explode("\r\n\r\n", $received, 2) + [1 => ''];
        $response = HttpResponse::fromCgi("$head\r\n\r\n")->toEvent(HttpRequest::FORMAT_2, false);

        return ['body' => self::body($body, $output)] + $response;
    }

    /**
     * @param string $first bytes that arrived with the headers; may be empty, so that the headers are sent alone
     * @param Generator<string> $output generator whose current value ends with these bytes
     * @return Generator<string>
     */
    private static function body(string $first, Generator $output): Generator
    {
        yield $first;
        for ($output->next(); $output->valid(); $output->next()) {
            yield $output->current();
        }
    }
}
