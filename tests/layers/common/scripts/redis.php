<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';
require __DIR__ . '/_servers.php';

enableExtension('redis');

// A server with two commands of Redis's protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/
$port = startServer(static function ($connection): void {
    $values = [];
    while (($line = fgets($connection)) !== false) {
        $words = [];
        for ($wordsLeft = (int) substr($line, 1); $wordsLeft > 0; $wordsLeft--) {
            $length = (int) substr((string) fgets($connection), 1);
            $words[] = substr(readBytes($connection, $length + 2), 0, -2);
        }
        if ($words[0] === 'SET') {
            $values[$words[1]] = $words[2];
            fwrite($connection, "+OK\r\n");
        } elseif ($words[0] === 'GET') {
            $value = $values[$words[1]];
            fwrite($connection, '$' . strlen($value) . "\r\n$value\r\n");
        } else {
            fwrite($connection, "-ERR unknown command\r\n");
        }
    }
});

$redis = new Redis();
$redis->connect('127.0.0.1', $port, 10);
$redis->setOption(Redis::OPT_SERIALIZER, Redis::SERIALIZER_PHP);
same(true, $redis->set('key', ['a' => 'é']), 'stores a value');
same(['a' => 'é'], $redis->get('key'), 'fetches the value');
