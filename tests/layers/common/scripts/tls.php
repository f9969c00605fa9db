<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';
require __DIR__ . '/_servers.php';

// Each client that speaks TLS, of which each has a way of its own to the certificates that it trusts, on real handshakes:
// a server whose authority it was told to trust, one whose authority nobody knows, and one that shows another's name.
$authority = makeCertificate('localhost', '/tmp/localhost.pem');
$elsewhere = makeCertificate('elsewhere', '/tmp/elsewhere.pem');
$talkHttp = static function ($connection): void {
    fread($connection, 8192);
    fwrite($connection, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
};

/** @return string `hello`, or what the client says against the certificate */
$byCurl = static function (int $port, ?string $trusted): string {
    $curl = curl_init("https://localhost:$port");
    curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 20]);
    if ($trusted !== null) {
        curl_setopt($curl, CURLOPT_CAINFO, $trusted);
    }
    $answer = curl_exec($curl);

    // 77 would say that the file with the certificates cannot be read.
    return $answer === false ? curl_errno($curl) . ' ' . curl_error($curl) : $answer;
};
$byStreams = static function (int $port, ?string $trusted): string {
    $context = stream_context_create(['ssl' => $trusted === null ? [] : ['cafile' => $trusted]]);
    $warnings = [];
    set_error_handler(static function (int $level, string $message) use (&$warnings): bool {
        $warnings[] = $message;

        return true;
    });
    $answer = file_get_contents("https://localhost:$port", false, $context);
    restore_error_handler();

    return $answer === false ? implode("\n", $warnings) : $answer;
};
// libpq, by pdo_pgsql. It trusts nobody unless it is told whom.
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

// What each says of a certificate that nobody signed whom it knows, and of one with another name.
$clients = [
    'curl' => [$byCurl, '60 SSL certificate problem', '60 SSL: no alternative certificate subject name matches'],
    'streams' => [$byStreams, 'certificate verify failed', 'did not match expected CN'],
    'libpq' => [$byLibpq, 'certificate verify failed', 'does not match host name'],
];
foreach ($clients as $client => [$ask, $unknown, $misnamed]) {
    $start = static fn (string $certificate): int => $client === 'libpq'
        ? startServer(talkPostgresql(...), 'tcp', ['local_cert' => $certificate])
        : startServer($talkHttp, 'tls', ['local_cert' => $certificate]);
    $port = $start('/tmp/localhost.pem');
    same('hello', $ask($port, $authority), "$client, of a server whose authority is trusted");
    foreach (['the layer trusts' => null, 'are of another authority' => $elsewhere] as $which => $trusted) {
        $said = $ask($port, $trusted);
        ensure(str_contains($said, $unknown), "$client, of a server, by certificates that $which: $said");
    }
    $said = $ask($start('/tmp/elsewhere.pem'), $elsewhere);
    ensure(str_contains($said, $misnamed), "$client, of a server with another's certificate: $said");
}
