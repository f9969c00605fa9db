<?php

declare(strict_types=1);

// Servers on loopback, each in its own process, because tests have no network. They prove that the layer's clients
// work.

/**
 * Starts a server on loopback that serves one client after the other, until the script ends.
 *
 * @param callable(resource): void $talk
 * @param string $scheme `tls` to encrypt from the start
 * @param array<string, mixed> $tls TLS options
 * @return int port
 */
function startServer(callable $talk, string $scheme = 'tcp', array $tls = []): int
{
    $context = stream_context_create(['ssl' => $tls + ['local_cert' => '/tmp/server.pem']]);
    $flags = STREAM_SERVER_BIND | STREAM_SERVER_LISTEN;
    $server = stream_socket_server("$scheme://127.0.0.1:0", $code, $message, $flags, $context);
    $port = (int) parse_url("$scheme://" . stream_socket_get_name($server, false), PHP_URL_PORT);
    $child = pcntl_fork();
    if ($child > 0) {
        register_shutdown_function(static fn () => posix_kill($child, SIGKILL));

        return $port;
    }
    restore_error_handler();
    while (true) {
        // A client that does not trust the certificate hangs up.
        $connection = @stream_socket_accept($server, 60);
        if ($connection !== false) {
            $talk($connection);
            @fclose($connection);
        }
    }
}

/** Starts encryption on a client's request, as database servers do. Returns false if the client hangs up. */
function startEncryption($connection): bool
{
    return @stream_socket_enable_crypto($connection, true, STREAM_CRYPTO_METHOD_TLS_SERVER) === true;
}

/** Reads the given number of bytes, or fewer if the client hangs up. */
function readBytes($connection, int $length): string
{
    $bytes = '';
    while (strlen($bytes) < $length && !feof($connection)) {
        $bytes .= fread($connection, $length - strlen($bytes));
    }

    return $bytes;
}

/**
 * Creates a certificate for a server, and an authority that signs it.
 *
 * @param string $names section of _openssl.cnf with the certificate's names
 * @param string $server path for the certificate and its key
 * @return string path of the authority's certificate, for clients
 */
function makeCertificate(string $names = 'localhost', string $server = '/tmp/server.pem'): string
{
    $config = ['config' => __DIR__ . '/_openssl.cnf', 'digest_alg' => 'sha256'];
    $key = static fn () => openssl_pkey_new(['private_key_bits' => 2048] + $config);
    $authorityKey = $key();
    $request = openssl_csr_new(['commonName' => "Authority of $names"], $authorityKey, $config);
    $authority = openssl_csr_sign($request, null, $authorityKey, 1, $config + ['x509_extensions' => 'authority'], 1);
    $serverKey = $key();
    $request = openssl_csr_new(['commonName' => 'server'], $serverKey, $config);
    $signed = openssl_csr_sign($request, $authority, $authorityKey, 1, $config + ['x509_extensions' => $names], 2);
    openssl_x509_export($signed, $certificate);
    openssl_pkey_export($serverKey, $pem, null, $config);
    file_put_contents($server, $certificate . $pem);
    openssl_x509_export_to_file($authority, "$server.authority");

    return "$server.authority";
}

/**
 * Serves a PostgreSQL client, for startServer(). It implements the protocol as far as simple queries need, returns the
 * text of each query as its result, and requires TLS, like RDS.
 */
function talkPostgresql($connection): void
{
    $message = static fn (string $type, string $body): string => $type . pack('N', strlen($body) + 4) . $body;
    $ready = $message('Z', 'I');
    [, $code] = array_values(unpack('N2', readBytes($connection, 8)));
    // 80877103 requests TLS: https://www.postgresql.org/docs/current/protocol-message-formats.html
    if ($code !== 80877103) {
        fwrite($connection, $message('E', "SFATAL\0C28000\0Mno TLS\0\0"));

        return;
    }
    fwrite($connection, 'S');
    if (!startEncryption($connection)) {
        return;
    }
    $head = readBytes($connection, 4);
    // A client that does not trust the certificate has hung up.
    if ($head === '') {
        return;
    }
    [$length] = array_values(unpack('N', $head));
    readBytes($connection, $length - 4);
    fwrite($connection, $message('R', pack('N', 0)) . $message('S', "server_version\x0017.0\0") . $ready);
    while (readBytes($connection, 1) === 'Q') {
        [$length] = array_values(unpack('N', readBytes($connection, 4)));
        $query = rtrim(readBytes($connection, $length - 4), "\0");
        $column = "result\0" . pack('NnNnNn', 0, 0, 25, 0xFFFF, 0xFFFFFFFF, 0);
        fwrite($connection, $message('T', pack('n', 1) . $column)
            . $message('D', pack('nN', 1, strlen($query)) . $query)
            . $message('C', "SELECT 1\0") . $ready);
    }
}
