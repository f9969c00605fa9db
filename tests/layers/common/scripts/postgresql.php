<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';
require __DIR__ . '/_servers.php';

// The server requires TLS.
makeCertificate();
$port = startServer(talkPostgresql(...));

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
ensure(str_contains($query(['sslmode' => 'disable']), 'no TLS'), "the server's own errors arrive");
