<?php

declare(strict_types=1);

namespace Bref\FpmRuntime;

// Stands for bref/bref, which starts PHP-FPM itself. The layer's PHP-FPM, which was started early, must have ended.
final class Main
{
    public static function run(): never
    {
        $isRunning = file_exists('/tmp/.bref/php-fpm.sock');
        foreach (glob('/proc/[0-9]*/cmdline') ?: [] as $file) {
            $isRunning = $isRunning || str_contains((string) @file_get_contents($file), 'php-fpm');
        }
        $api = 'http://' . getenv('AWS_LAMBDA_RUNTIME_API') . '/2018-06-01/runtime/invocation';
        $response = json_encode('served by the application, php-fpm is ' . ($isRunning ? '' : 'not ') . 'running');
        while (true) {
            file_get_contents("$api/next");
            $head = implode("\n", $http_response_header);
            preg_match('/^Lambda-Runtime-Aws-Request-Id: (\S+)/im', $head, $match);
            $options = ['method' => 'POST', 'header' => 'Content-Type: application/json', 'content' => $response];
            file_get_contents("$api/$match[1]/response", false, stream_context_create(['http' => $options]));
        }
    }
}
