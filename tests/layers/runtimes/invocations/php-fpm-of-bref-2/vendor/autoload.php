<?php

declare(strict_types=1);

namespace Bref\FpmRuntime;

// Stands for bref/bref 2, which starts php-fpm without ini values. Its PHP-FPM must not use the command line's file cache.
// The application's ini files still win.
final class Main
{
    public static function run(): never
    {
        preg_match_all('/^([\w.]+) => .* => (.*)$/m', (string) shell_exec('php-fpm -i'), $lines);
        $values = array_combine($lines[1], $lines[2]);
        $response = json_encode(strtr($values['opcache.file_cache'], ['no value' => 'none']) . ', file_cache_only ' .
            strtr($values['opcache.file_cache_only'], ['Off' => '0', 'On' => '1']) . ", memory_limit $values[memory_limit]");
        $api = 'http://' . getenv('AWS_LAMBDA_RUNTIME_API') . '/2018-06-01/runtime/invocation';
        while (true) {
            file_get_contents("$api/next");
            $head = implode("\n", $http_response_header);
            preg_match('/^Lambda-Runtime-Aws-Request-Id: (\S+)/im', $head, $match);
            $options = ['method' => 'POST', 'header' => 'Content-Type: application/json', 'content' => $response];
            file_get_contents("$api/$match[1]/response", false, stream_context_create(['http' => $options]));
        }
    }
}
