<?php

declare(strict_types=1);

// PHP-FPM (behind the runtime) and PHP's built-in server run this script. It writes its variables into a file, because
// a response to HEAD has no body, and sends the response that the request orders.

$toBase64 = static function (mixed $value) use (&$toBase64): mixed {
    if (!is_array($value)) {
        return base64_encode((string) $value);
    }
    // A list of pairs keeps the order, and keys that are not strings.
    return array_map(static fn ($key) => [base64_encode((string) $key), $toBase64($value[$key])], array_keys($value));
};
$files = array_map(static fn (array $file): array => [
    'name' => $file['name'],
    'type' => $file['type'],
    'error' => $file['error'],
    'content' => is_string($file['tmp_name']) && $file['tmp_name'] !== '' ? file_get_contents($file['tmp_name']) : '',
], $_FILES);
file_put_contents('/tmp/variables-' . PHP_SAPI, json_encode([
    'server' => array_map(
        static fn ($value): string => base64_encode(is_scalar($value) ? (string) $value : ''),
        $_SERVER,
    ),
    'get' => $toBase64($_GET),
    'post' => $toBase64($_POST),
    'cookies' => $toBase64($_COOKIE),
    'files' => $toBase64($files),
    // PHP does not keep the body of a multipart form.
    'input' => base64_encode($_FILES === [] && $_POST === [] ? (string) file_get_contents('php://input') : ''),
], JSON_THROW_ON_ERROR));

$order = json_decode(base64_decode($_SERVER['HTTP_X_ORDER'] ?? 'e30='), true, 8, JSON_THROW_ON_ERROR);
foreach ($order['headers'] ?? [] as $line) {
    header(base64_decode($line), false);
}
http_response_code($order['status'] ?? 200);
echo base64_decode($order['body'] ?? '');
