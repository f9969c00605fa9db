<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';
require __DIR__ . '/_servers.php';

$port = startServer(static function ($connection): void {
    $replies = ['USER' => '331 password', 'PASS' => '230 welcome', 'PWD' => '257 "/files"', 'QUIT' => '221 bye'];
    fwrite($connection, "220 ready\r\n");
    while (($line = fgets($connection)) !== false) {
        fwrite($connection, ($replies[strtok(trim($line), ' ')] ?? '502 unknown') . "\r\n");
    }
});

$ftp = ftp_connect('127.0.0.1', $port, 20);
same(true, ftp_login($ftp, 'user', 'secret'), 'FTP login');
same('/files', ftp_pwd($ftp), 'current folder');
same(true, ftp_close($ftp), 'close');
ensure(function_exists('ftp_ssl_connect'), 'FTP over TLS is compiled in');
