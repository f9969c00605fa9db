<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';
require __DIR__ . '/_servers.php';

switchOn('redis');

// A server that knows two commands of Redis's protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/
$port = startServer(static function ($connection): void {
    $kept = [];
    while (($line = fgets($connection)) !== false) {
        $words = [];
        for ($left = (int) substr($line, 1); $left > 0; $left--) {
            $length = (int) substr((string) fgets($connection), 1);
            $words[] = substr(readBytes($connection, $length + 2), 0, -2);
        }
        if ($words[0] === 'SET') {
            $kept[$words[1]] = $words[2];
            fwrite($connection, "+OK\r\n");
        } elseif ($words[0] === 'GET') {
            $value = $kept[$words[1]];
            fwrite($connection, '$' . strlen($value) . "\r\n$value\r\n");
        } else {
            fwrite($connection, "-ERR unknown command\r\n");
        }
    }
});

$redis = new Redis();
$redis->connect('127.0.0.1', $port, 10);
$redis->setOption(Redis::OPT_SERIALIZER, Redis::SERIALIZER_PHP);
same(true, $redis->set('key', ['a' => 'é']), 'a value is kept');
same(['a' => 'é'], $redis->get('key'), 'and had again');
