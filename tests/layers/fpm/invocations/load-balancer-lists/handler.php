<?php

http_response_code(201);
header('Set-Cookie: one=1');
header('Set-Cookie: two=2', false);
header('X-List: a');
header('X-List: b', false);
echo implode(' ', [
    json_encode($_GET),
    json_encode($_COOKIE),
    $_SERVER['HTTP_ACCEPT'] ?? 'none',
    file_get_contents('php://input'),
]);
