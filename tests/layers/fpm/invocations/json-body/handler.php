<?php

declare(strict_types=1);

header('Content-Type: application/json');
$body = json_decode((string) file_get_contents('php://input'), true);
echo json_encode([
    'method' => $_SERVER['REQUEST_METHOD'],
    'name' => $body['name'],
    'type' => $_SERVER['CONTENT_TYPE'],
    'length' => $_SERVER['CONTENT_LENGTH'],
], JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
