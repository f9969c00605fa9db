<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';
require __DIR__ . '/_servers.php';

// A server that knows just enough of PostgreSQL's protocol for one query, and insists on TLS as RDS does.
$message = static fn (string $type, string $body): string => $type . pack('N', strlen($body) + 4) . $body;
$ready = $message('Z', 'I');

$certificate = makeCertificate();
$port = startServer(static function ($connection) use ($message, $ready): void {
    [, $code] = array_values(unpack('N2', readBytes($connection, 8)));
    // 80877103 asks for TLS: https://www.postgresql.org/docs/current/protocol-message-formats.html
    if ($code !== 80877103) {
        fwrite($connection, $message('E', "SFATAL\0C28000\0Mno TLS\0\0"));

        return;
    }
    fwrite($connection, 'S');
    if (!startEncryption($connection)) {
        return;
    }
    [$length] = array_values(unpack('N', readBytes($connection, 4)));
    readBytes($connection, $length - 4);
    $settings = "server_version\x0017.0\0";
    fwrite($connection, $message('R', pack('N', 0)) . $message('S', $settings) . $ready);
    while (($type = readBytes($connection, 1)) === 'Q') {
        [$length] = array_values(unpack('N', readBytes($connection, 4)));
        $query = rtrim(readBytes($connection, $length - 4), "\0");
        $column = "answer\0" . pack('NnNnNn', 0, 0, 25, 0xFFFF, 0xFFFFFFFF, 0);
        fwrite($connection, $message('T', pack('n', 1) . $column)
            . $message('D', pack('nN', 1, strlen($query)) . $query)
            . $message('C', "SELECT 1\0") . $ready);
    }
});

/** @param array<string, string> $parameters */
$query = static function (array $parameters) use ($port): string {
    $dsn = "pgsql:host=localhost;hostaddr=127.0.0.1;port=$port;dbname=a;connect_timeout=20";
    foreach ($parameters as $name => $value) {
        $dsn .= ";$name=$value";
    }
    try {
        $database = new PDO($dsn, 'user', 'secret', [PDO::ATTR_EMULATE_PREPARES => true]);

        return (string) $database->query("SELECT 'é'")->fetchColumn();
    } catch (PDOException $error) {
        return $error->getMessage();
    }
};

same("SELECT 'é'", $query(['sslmode' => 'require']), 'a query over TLS');
same("SELECT 'é'", $query(['sslmode' => 'verify-full', 'sslrootcert' => $certificate]), 'a trusted server');
ensure(
    str_contains($query(['sslmode' => 'verify-full', 'sslrootcert' => '/opt/bref/ssl/cert.pem']), 'certificate verify failed'),
    'a server whose certificate nobody signed is distrusted',
);
ensure(str_contains($query(['sslmode' => 'disable']), 'no TLS'), "the server's own errors arrive");
