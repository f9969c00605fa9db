<?php

declare(strict_types=1);

use BrefLayer\ApiConnection;

require __DIR__ . '/_check.php';
require '/opt/bref/runtime/ApiConnection.php';

/**
 * Sends the next of these responses, in parts, to each request. If it is null, closes the connection instead.
 *
 * @param array<array<string>|null> $responses
 * @return array{string, int} address and process
 */
function serve(array $responses): array
{
    $listener = stream_socket_server('tcp://127.0.0.1:0');
    $process = pcntl_fork();
    if ($process !== 0) {
        return [stream_socket_get_name($listener, false), $process];
    }
    $connection = stream_socket_accept($listener);
    foreach ($responses as $response) {
        if ($response === null) {
            fclose($connection);
            $connection = stream_socket_accept($listener);
            continue;
        }
        while (!str_contains($request = ($request ?? '') . fgets($connection), "\r\n\r\n")) {
        }
        preg_match('/^Content-Length: (\d+)/mi', $request, $length);
        stream_get_contents($connection, (int) ($length[1] ?? 0));
        $request = '';
        foreach ($response as $part) {
            fwrite($connection, $part);
            usleep(2000);
        }
    }
    posix_kill(getmypid(), SIGKILL);
    exit;
}

/** @param array<array<string>|null> $responses */
function check(string $what, array $responses, array ...$expected): void
{
    [$address, $process] = serve($responses);
    $connection = new ApiConnection($address);
    foreach ($expected as $number => [$status, $body]) {
        [$gotStatus, , $gotBody] = $connection->request($number === 0 ? 'GET' : 'POST', '/path', ['X: y'], str_repeat('b', 9));
        same([$status, $body], [$gotStatus, $gotBody], "$what, response $number");
    }
    pcntl_waitpid($process, $status);
}

$ok = ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"];
check('one connection for several requests', [$ok, $ok, $ok], [200, 'ok'], [200, 'ok'], [200, 'ok']);
check('a response in parts', [["HT", "TP/1.1 202 Accepted\r", "\nContent-Le", "ngth: 4\r\n\r", "\nab", 'cd']], [202, 'abcd']);
check('no body', [["HTTP/1.1 202 Accepted\r\n\r\n"], $ok], [202, ''], [200, 'ok']);
check(
    'chunks, one with an extension, and trailers',
    [["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "A;x=y\r\n0123456789\r\n", "0\r\nTrailer: x\r\n\r\n"], $ok],
    [200, 'abc0123456789'],
    [200, 'ok'],
);
check('an interim response', [["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]], [200, 'ok']);
check('a connection that the server closed while it was idle', [$ok, null, $ok], [200, 'ok'], [200, 'ok']);
check(
    'a server that closes the connection',
    [["HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"], null, $ok],
    [413, 'x'],
    [200, 'ok'],
);

$listener = stream_socket_server('tcp://127.0.0.1:0');
$connection = new ApiConnection(stream_socket_get_name($listener, false));
fclose($listener);
foreach (['first', 'second'] as $which) {
    try {
        $connection->request('GET', '/', []);
        ensure(false, "the $which request without a server got a response");
    } catch (RuntimeException $error) {
        ensure(str_starts_with($error->getMessage(), 'The Runtime API cannot be reached'), $error->getMessage());
    }
}
$headers = (new ApiConnection(serve([["HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id:  a:b \r\n\r\n"]])[0]))->request('GET', '/', [])[1];
same('a:b', $headers['lambda-runtime-aws-request-id'] ?? null, 'a header');
