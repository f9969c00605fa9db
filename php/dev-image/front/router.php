<?php

declare(strict_types=1);

namespace BrefLayer\Dev;

/**
 * PHP's built-in web server runs this script for each request. `return false` makes the server serve the file; the
 * application handles all other requests.
 */

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const GATEWAY_TIMEOUT_SECONDS = 30;

require '/opt/bref/runtime/Context.php';
require '/opt/bref/php-fpm-runtime/FastCgiConnection.php';
require '/opt/bref/php-fpm-runtime/FpmFailure.php';
require '/opt/bref/php-fpm-runtime/FpmTimeout.php';
require '/opt/bref/php-fpm-runtime/HttpRequest.php';
require '/opt/bref/php-fpm-runtime/HttpResponse.php';
require '/opt/bref/php-fpm-runtime/RequestPath.php';
require __DIR__ . '/Application.php';
require __DIR__ . '/GatewayEvent.php';
require __DIR__ . '/Response.php';
require __DIR__ . '/assets.php';

$started = microtime(true);
$request = "{$_SERVER['REQUEST_METHOD']} {$_SERVER['REQUEST_URI']}";

if (isAsset($_SERVER['DOCUMENT_ROOT'], $_SERVER['REQUEST_URI'])) {
    report("$request 200, a file");

    return false;
}

// FastCgiConnection writes PHP's messages about the request to this stream. PHP-FPM has already logged them.
define('STDERR', fopen('php://memory', 'w+'));
$application = new Application(getenv('LAMBDA_TASK_ROOT') . '/' . getenv('_HANDLER'));
$response = $application->handle()->orErrorPage((string) stream_get_contents(STDERR, null, 0));
$response->send();

$seconds = microtime(true) - $started;
$warning = $seconds > GATEWAY_TIMEOUT_SECONDS ? ' (over the time limit of API Gateway)' : '';
report(sprintf('%s %d in %d ms%s', $request, $response->status, 1000 * $seconds, $warning));

function report(string $line): void
{
    file_put_contents('php://stderr', "$line\n");
}
