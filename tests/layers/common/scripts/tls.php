<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';
require __DIR__ . '/_servers.php';

// Each TLS client of the layer finds trusted certificates in its own way. So each one makes real handshakes with a
// server whose authority is trusted, one whose authority is unknown, and one whose certificate has another name.
$authority = makeCertificate('localhost', '/tmp/localhost.pem');
$elsewhere = makeCertificate('elsewhere', '/tmp/elsewhere.pem');
$talkHttp = static function ($connection): void {
    fread($connection, 8192);
    fwrite($connection, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
};

/** @return string `hello`, or the client's error message */
$byCurl = static function (int $port, ?string $trusted): string {
    $curl = curl_init("https://localhost:$port");
    curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 20]);
    if ($trusted !== null) {
        curl_setopt($curl, CURLOPT_CAINFO, $trusted);
    }
    $response = curl_exec($curl);

    // Error 77 would mean that the file of certificates cannot be read.
    return $response === false ? curl_errno($curl) . ' ' . curl_error($curl) : $response;
};
$byStreams = static function (int $port, ?string $trusted): string {
    $context = stream_context_create(['ssl' => $trusted === null ? [] : ['cafile' => $trusted]]);
    $warnings = [];
    set_error_handler(static function (int $level, string $message) use (&$warnings): bool {
        $warnings[] = $message;

        return true;
    });
    $response = file_get_contents("https://localhost:$port", false, $context);
    restore_error_handler();

    return $response === false ? implode("\n", $warnings) : $response;
};
// libpq, through pdo_pgsql, has no default for trusted certificates.
$byLibpq = static function (int $port, ?string $trusted): string {
    $trusted ??= '/opt/bref/ssl/cert.pem';
    $dsn = "pgsql:host=localhost;hostaddr=127.0.0.1;port=$port;dbname=a;connect_timeout=20";
    try {
        $database = new PDO("$dsn;sslmode=verify-full;sslrootcert=$trusted", 'user', 'secret', [
            PDO::ATTR_EMULATE_PREPARES => true,
        ]);

        return (string) $database->query('hello')->fetchColumn();
    } catch (PDOException $error) {
        return $error->getMessage();
    }
};

// The errors of each client about an unknown authority, and about a certificate with another name.
$clients = [
    'curl' => [$byCurl, '60 SSL certificate ', '60 SSL: no alternative certificate subject name matches'],
    'streams' => [$byStreams, 'certificate verify failed', 'did not match expected'],
    'libpq' => [$byLibpq, 'certificate verify failed', 'does not match host name'],
];
foreach ($clients as $client => [$request, $unknownError, $nameError]) {
    $start = static fn (string $certificate): int => $client === 'libpq'
        ? startServer(talkPostgresql(...), 'tcp', ['local_cert' => $certificate])
        : startServer($talkHttp, 'tls', ['local_cert' => $certificate]);
    $port = $start('/tmp/localhost.pem');
    same('hello', $request($port, $authority), "$client accepts a server with a trusted authority");
    foreach (["the layer's certificates" => null, 'another authority' => $elsewhere] as $trust => $trusted) {
        $result = $request($port, $trusted);
        ensure(str_contains($result, $unknownError), "$client rejects the server if it trusts $trust; got $result");
    }
    $result = $request($start('/tmp/elsewhere.pem'), $elsewhere);
    ensure(str_contains($result, $nameError), "$client rejects a certificate with another name; got $result");
}
