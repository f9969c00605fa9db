<?php

declare(strict_types=1);

$expected = [
    'REQUEST_METHOD' => 'GET',
    'REQUEST_URI' => '/a%20b/index?x=1',
    'QUERY_STRING' => 'x=1',
    'PATH_INFO' => '/a b/index',
    'SCRIPT_NAME' => '/handler.php',
    'SCRIPT_FILENAME' => '/var/task/handler.php',
    'DOCUMENT_ROOT' => '/var/task',
    'PHP_SELF' => '/handler.php/a b/index',
    'SERVER_PROTOCOL' => 'HTTP/1.1',
    'SERVER_SOFTWARE' => 'bref',
    'SERVER_NAME' => 'abc.lambda-url.us-east-1.on.aws',
    'SERVER_PORT' => '443',
    'HTTPS' => 'on',
    'REMOTE_ADDR' => '127.0.0.1',
    'HTTP_HOST' => 'abc.lambda-url.us-east-1.on.aws',
    'HTTP_X_CUSTOM' => 'value',
    'HTTP_ACCEPT' => 'text/html, */*',
    'HTTP_COOKIE' => 'first=1; second=two%20words',
];
$got = array_intersect_key($_SERVER, $expected);
ksort($expected);
ksort($got);
$differences = array_diff_assoc($expected, $got);
foreach ($differences as $name => $value) {
    echo "$name should be $value, is " . ($_SERVER[$name] ?? 'missing') . "\n";
}
$cookies = ['first' => '1', 'second' => 'two words'];
if ($_COOKIE !== $cookies) {
    echo 'cookies: ' . json_encode($_COOKIE);
}
if (isset($_SERVER['HTTP_PROXY'])) {
    echo 'a client can set HTTP_PROXY';
}
$context = json_decode($_SERVER['LAMBDA_INVOCATION_CONTEXT'], true);
if ($context['awsRequestId'] !== $_SERVER['LAMBDA_REQUEST_ID'] || getenv('LAMBDA_TASK_ROOT') !== '/var/task') {
    echo 'invocation context or environment is wrong';
}
if (json_decode($_SERVER['LAMBDA_REQUEST_CONTEXT'], true)['http']['sourceIp'] !== '203.0.113.7') {
    echo 'request context is wrong';
}
echo 'OK';
