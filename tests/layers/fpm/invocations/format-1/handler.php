<?php

http_response_code(404);
header('Set-Cookie: one=1');
header('Set-Cookie: two=2', false);
echo implode(' ', [
    $_SERVER['REQUEST_METHOD'],
    $_SERVER['REQUEST_URI'],
    json_encode($_GET),
    json_encode($_COOKIE),
    $_SERVER['HTTP_ACCEPT'],
]);
