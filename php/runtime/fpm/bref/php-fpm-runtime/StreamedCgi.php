<?php

declare(strict_types=1);

namespace BrefLayer;

use Generator;

/** A script's answer that is passed on while it is made. */
final class StreamedCgi
{
    /**
     * @param Generator<string> $output CGI headers, an empty line, the body
     * @return array<string, mixed> an HTTP answer whose body is to be iterated over; returns when its headers are there
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
        $answer = HttpResponse::fromCgi("$head\r\n\r\n")->toEvent(HttpRequest::FORMAT_2, false);

        return ['body' => self::body($body, $output)] + $answer;
    }

    /**
     * @param string $begun what came with the headers; may be empty, so that these go out alone
     * @param Generator<string> $output stands there
     * @return Generator<string>
     */
    private static function body(string $begun, Generator $output): Generator
    {
        yield $begun;
        for ($output->next(); $output->valid(); $output->next()) {
            yield $output->current();
        }
    }
}
