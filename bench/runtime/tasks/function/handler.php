<?php

declare(strict_types=1);

return static function (array $event): array {
    return ['name' => $event['name'], 'sum' => is_file(__DIR__ . '/application.php') ? require __DIR__ . '/application.php' : 0];
};
