<?php

declare(strict_types=1);

// Passes events and results over one connection, without error reports, environment variables or a context.
$curl = curl_init();
$call = static function (string $path, ?string $body, array &$headers = []) use ($curl): string {
    curl_reset($curl);
    curl_setopt_array($curl, [
        CURLOPT_URL => 'http://' . getenv('AWS_LAMBDA_RUNTIME_API') . "/2018-06-01/runtime/invocation/$path",
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_HEADERFUNCTION => static function ($curl, string $line) use (&$headers): int {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $headers[strtolower($name)] = trim($value);

            return strlen($line);
        },
    ] + ($body === null ? [] : [CURLOPT_POSTFIELDS => $body]));

    return (string) curl_exec($curl);
};
$kind = getenv('KIND');
$file = '/var/task/' . getenv('_HANDLER');
$handler = match ($kind) {
    'function' => require $file,
    // The script runs in this process, without PHP-FPM.
    'fpm' => static function (array $event) use ($file): array {
        parse_str($event['rawQueryString'], $_GET);
        ob_start();
        require $file;

        return ['statusCode' => 200, 'body' => ob_get_clean()];
    },
    'console' => static fn (string $event): array => ['exitCode' => 0, 'output' => shell_exec("php $file $event")],
};
while (true) {
    $headers = [];
    $event = json_decode($call('next', null, $headers), true);
    $call("{$headers['lambda-runtime-aws-request-id']}/response", json_encode($handler($event)));
}
