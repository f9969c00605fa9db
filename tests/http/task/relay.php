<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;
use Throwable;

/**
 * Reads requests as lines of JSON from stdin, and sends each one to echo.php twice: as an event through the layer's
 * classes and PHP-FPM, and over HTTP through PHP's built-in server. Writes both responses and the script's variables as
 * a line of JSON to stdout.
 */

require '/opt/bref/runtime/Context.php';
require '/opt/bref/php-fpm-runtime/FastCgiConnection.php';
require '/opt/bref/php-fpm-runtime/FpmFailure.php';
require '/opt/bref/php-fpm-runtime/FpmProcess.php';
require '/opt/bref/php-fpm-runtime/FpmTimeout.php';
require '/opt/bref/php-fpm-runtime/HttpRequest.php';
require '/opt/bref/php-fpm-runtime/HttpResponse.php';
require '/opt/bref/php-fpm-runtime/RequestPath.php';

const SCRIPT = __DIR__ . '/echo.php';
const SERVER = '127.0.0.1:8000';

$fpm = new FpmProcess();
$fpm->start();
$server = proc_open(['php', '-S', SERVER, SCRIPT], [['file', '/dev/null', 'r'], STDERR, ['file', '/dev/null', 'w']], $none);
while (($socket = @stream_socket_client('tcp://' . SERVER)) === false) {
    usleep(5000);
}
fclose($socket);

while (($line = fgets(STDIN)) !== false) {
    $request = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
    echo json_encode([
        'viaEvent' => ['result' => sendEvent($fpm, $request['event']), 'variables' => takeVariables('fpm-fcgi')],
        'viaHttp' => [
            'response' => base64_encode(sendHttp(base64_decode($request['http']))),
            'variables' => takeVariables('cli-server'),
        ],
    ], JSON_THROW_ON_ERROR), "\n";
}
$fpm->stop();
proc_terminate($server);

/** @return string result for the event, as JSON */
function sendEvent(FpmProcess $fpm, string $json): string
{
    try {
        $request = HttpRequest::fromEvent(json_decode($json, true, 512, JSON_THROW_ON_ERROR));
        $context = new Context('request-1', 0, 'arn', 'trace');
        $output = $fpm->connection()->request($request->toParameters(SCRIPT, $context), $request->body, 10);

        $response = HttpResponse::fromCgi(implode('', iterator_to_array($output, false)));

        return json_encode($response->toEvent($request->format, false), JSON_THROW_ON_ERROR);
    } catch (Throwable $error) {
        return json_encode(['failure' => (string) $error], JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE);
    }
}

/** @return string bytes of the response */
function sendHttp(string $http): string
{
    $socket = stream_socket_client('tcp://' . SERVER);
    if ($socket === false) {
        throw new RuntimeException('The built-in server has ended.');
    }
    fwrite($socket, $http);

    return (string) stream_get_contents($socket);
}

/** Returns and deletes the variables that echo.php wrote with this SAPI; null if it has not run. */
function takeVariables(string $sapi): mixed
{
    $file = "/tmp/variables-$sapi";
    $variables = is_file($file) ? json_decode((string) file_get_contents($file), true, 512, JSON_THROW_ON_ERROR) : null;
    @unlink($file);

    return $variables;
}
