<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;
use Throwable;

/**
 * Hands each request, a line of JSON on stdin, to echo.php twice: as an event by way of the layer's own classes and
 * PHP-FPM, and as plain HTTP by way of PHP's built-in server. A line of JSON on stdout tells how both saw and answered
 * it.
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
        'byEvent' => ['answer' => byEvent($fpm, $request['event']), 'seen' => takeSeen('fpm-fcgi')],
        'directly' => ['answer' => base64_encode(directly(base64_decode($request['http']))), 'seen' => takeSeen('cli-server')],
    ], JSON_THROW_ON_ERROR), "\n";
}
$fpm->stop();
proc_terminate($server);

/** @return string the answer to the event, as JSON */
function byEvent(FpmProcess $fpm, string $json): string
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

/** @return string the answer to the request, as it was sent */
function directly(string $http): string
{
    $socket = stream_socket_client('tcp://' . SERVER);
    if ($socket === false) {
        throw new RuntimeException('The built-in server is gone.');
    }
    fwrite($socket, $http);

    return (string) stream_get_contents($socket);
}

/** What echo.php noted in the server of that name; null where it was not run. */
function takeSeen(string $name): mixed
{
    $file = "/tmp/seen-$name";
    $seen = is_file($file) ? json_decode((string) file_get_contents($file), true, 512, JSON_THROW_ON_ERROR) : null;
    @unlink($file);

    return $seen;
}
