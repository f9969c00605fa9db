<?php

declare(strict_types=1);

namespace App;

/** Uses the Runtime API itself, like bref/bref's runtimes. */
final class Runtime
{
    public static function run(): void
    {
        $url = 'http://' . getenv('AWS_LAMBDA_RUNTIME_API') . '/2018-06-01/runtime/invocation';
        file_get_contents("$url/next");
        $headers = implode("\n", $http_response_header);
        preg_match('/^Lambda-Runtime-Aws-Request-Id: (\S+)/mi', $headers, $match);
        file_get_contents("$url/$match[1]/response", false, stream_context_create([
            'http' => ['method' => 'POST', 'content' => '"from a runtime class of the application"'],
        ]));
        exit(0);
    }
}
