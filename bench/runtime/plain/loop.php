<?php

declare(strict_types=1);

// No errors told, no environment set, no context: events in, results out, over one connection.
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
    // Without PHP-FPM: the script runs in this very process.
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
