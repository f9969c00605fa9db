<?php

declare(strict_types=1);

namespace Bref\FunctionRuntime;

/** Speaks the Runtime API by itself, and ends after one event, as bref/bref does. */
final class Main
{
    private static int $runs = 0;

    public static function run(): void
    {
        $url = 'http://' . getenv('AWS_LAMBDA_RUNTIME_API') . '/2018-06-01/runtime/invocation';
        file_get_contents("$url/next");
        $headers = implode("\n", $http_response_header);
        preg_match('/^Lambda-Runtime-Aws-Request-Id: (\S+)/mi', $headers, $match);
        $answer = json_encode(['from' => "the application's own bref/bref", 'runs' => ++self::$runs]);
        file_get_contents("$url/$match[1]/response", false, stream_context_create([
            'http' => ['method' => 'POST', 'content' => $answer],
        ]));
        exit(0);
    }
}
