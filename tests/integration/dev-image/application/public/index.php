<?php

// A small application: a page with assets, a form, a session cookie, a redirect, and several failures.
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/login') {
    setcookie('user', $_POST['name'] ?? '');
    setcookie('theme', 'dark');
    header('Location: /', true, 303);
    exit;
}
if ($path === '/upload') {
    header('Content-Type: text/plain');
    echo $_FILES['file']['name'], ' ', hash_file('sha256', $_FILES['file']['tmp_name']), ' ', $_POST['note'];
    exit;
}
if ($path === '/request') {
    header('Content-Type: application/json');
    $names = array_flip(['REQUEST_METHOD', 'REQUEST_URI', 'QUERY_STRING', 'HTTP_HOST', 'SERVER_PORT', 'CONTENT_TYPE']);
    echo json_encode([
        'sapi' => PHP_SAPI,
        'server' => array_intersect_key($_SERVER, $names),
        'get' => $_GET,
        'body' => base64_encode(file_get_contents('php://input')),
        'context' => json_decode($_SERVER['LAMBDA_REQUEST_CONTEXT'], true)['http']['method'],
    ]);
    exit;
}
if ($path === '/xdebug') {
    header('Content-Type: application/json');
    echo json_encode(['version' => phpversion('xdebug'), 'mode' => xdebug_info('mode')]);
    exit;
}
if ($path === '/picture') {
    header('Content-Type: image/png');
    readfile(__DIR__ . '/logo.png');
    exit;
}
if ($path === '/slow') {
    // Responds only after the response to another request, which it sends itself.
    echo file_get_contents("http://127.0.0.1:8000/fast");
    exit;
}
if ($path === '/fast') {
    exit('fast');
}
if ($path === '/odd') {
    ini_set('default_charset', '');
    header('Content-Type: text/csv');
    header('Location: /');
    http_response_code(418);
    exit("a,b\n");
}
if ($path === '/failure') {
    throw new RuntimeException('The shop is closed.');
}
if ($path === '/crash') {
    posix_kill(getmypid(), SIGKILL);
}
if ($path === '/long') {
    exit(str_repeat('x', 7 * 1024 * 1024));
}
if ($path !== '/') {
    http_response_code(404);
}
?>
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title><?= $path === '/' ? 'Shop' : 'Not found' ?></title>
<link rel="icon" href="/logo.png">
<link rel="stylesheet" href="/style.css?v=1">
<h1><?= $path === '/' ? 'Hello ' . htmlspecialchars($_COOKIE['user'] ?? 'stranger') : 'No such page' ?></h1>
<img src="/logo.png" alt="Logo">
<script src="/app.js" type="module"></script>
<form method="post" action="/login"><input name="name" aria-label="Name"> <button>Log in</button></form>
