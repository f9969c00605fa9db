<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';
require __DIR__ . '/_servers.php';

// A server that implements MySQL's protocol as far as a login and simple queries need, and returns the text of each
// query as its result. https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
$packet = static fn (int $sequence, string $body): string =>
    substr(pack('V', strlen($body)), 0, 3) . chr($sequence) . $body;
$text = static fn (string $value): string => chr(strlen($value)) . $value;
// LONG_PASSWORD, PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH, CONNECT_WITH_DB, SSL.
$capabilities = 0x1 | 0x200 | 0x8000 | 0x80000 | 0x8 | 0x800;
$greeting = "\x0a8.4.0\0" . pack('V', 1) . 'abcdefgh' . "\0" . pack('v', $capabilities & 0xFFFF) . "\x2d"
    . pack('v', 2) . pack('v', $capabilities >> 16) . chr(21) . str_repeat("\0", 10) . "abcdefghijkl\0"
    . "mysql_native_password\0";
$ok = "\x00\x00\x00\x02\x00\x00\x00";
$read = static function ($connection): string {
    $head = readBytes($connection, 4);

    return $head === '' ? '' : readBytes($connection, unpack('V', substr($head, 0, 3) . "\0")[1]);
};

$certificate = makeCertificate();
$port = startServer(static function ($connection) use ($packet, $text, $greeting, $ok, $read): void {
    // The client starts TLS without waiting for a reply, so bytes after its request must stay in the socket.
    stream_set_read_buffer($connection, 0);
    fwrite($connection, $packet(0, $greeting));
    // A short first packet requests TLS. The login then follows inside it.
    $sequence = 2;
    if (strlen($read($connection)) === 32) {
        if (!startEncryption($connection)) {
            return;
        }
        $read($connection);
        $sequence = 3;
    }
    fwrite($connection, $packet($sequence, $ok));
    while (($command = $read($connection)) !== '') {
        // Accepts all commands that set up the session. 0x03 is COM_QUERY.
        if ($command[0] !== "\x03" || !str_starts_with($command, "\x03SELECT")) {
            fwrite($connection, $packet(1, $ok));
            continue;
        }
        $column = $text('def') . str_repeat($text(''), 3) . $text('result') . $text('')
            . "\x0c" . pack('vVCvC', 45, 255, 253, 0, 0) . "\0\0";
        fwrite($connection, $packet(1, "\x01") . $packet(2, $column) . $packet(3, "\xfe\0\0\x02\0")
            . $packet(4, $text(substr($command, 1))) . $packet(5, "\xfe\0\0\x02\0"));
    }
});

mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$mysqli = new mysqli('127.0.0.1', 'user', 'secret', '', $port);
same("SELECT 'mysqli'", $mysqli->query("SELECT 'mysqli'")->fetch_row()[0], 'mysqli');
ensure(str_starts_with($mysqli->client_info, 'mysqlnd '), 'mysqli uses mysqlnd');
$mysqli->close();

/** @param array<int, mixed> $options */
$query = static function (array $options) use ($port): string {
    try {
        $pdo = new PDO("mysql:host=127.0.0.1;port=$port", 'user', 'secret', $options);

        return (string) $pdo->query("SELECT 'PDO'")->fetchColumn();
    } catch (PDOException $error) {
        return $error->getMessage();
    }
};
// Since PHP 8.5, the old name is deprecated.
$authority = PHP_VERSION_ID < 80500 ? PDO::MYSQL_ATTR_SSL_CA : Pdo\Mysql::ATTR_SSL_CA;
same("SELECT 'PDO'", $query([]), 'PDO');
same("SELECT 'PDO'", $query([$authority => $certificate]), 'PDO over TLS, with a trusted server');
set_error_handler(static fn (): bool => true);
$rejected = $query([$authority => '/opt/bref/ssl/cert.pem']);
ensure(!str_contains($rejected, 'SELECT'), "a server with an unknown authority is rejected: $rejected");
