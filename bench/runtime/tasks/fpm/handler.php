<?php

declare(strict_types=1);

header('Content-Type: application/json');
echo json_encode([
    'name' => $_GET['name'],
    'sum' => is_file(__DIR__ . '/application.php') ? require __DIR__ . '/application.php' : 0,
]);
