<?php

declare(strict_types=1);

// Servers in processes of their own: there is no network, and what talks to a client shows that the client works.

/**
 * A server on loopback that talks with one client after the other, until the script ends.
 *
 * @param callable(resource): void $talk
 * @param string $scheme `tls` for one that encrypts from the start
 * @param array<string, mixed> $tls how it encrypts
 * @return int its port
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
        // A client that distrusts the certificate hangs up.
        $connection = @stream_socket_accept($server, 60);
        if ($connection !== false) {
            $talk($connection);
            @fclose($connection);
        }
    }
}

/** Begins to encrypt, as servers of databases do once they are asked to; false where the client hangs up. */
function startEncryption($connection): bool
{
    return @stream_socket_enable_crypto($connection, true, STREAM_CRYPTO_METHOD_TLS_SERVER) === true;
}

/** Reads so many bytes, or fewer where the client hangs up. */
function readBytes($connection, int $length): string
{
    $bytes = '';
    while (strlen($bytes) < $length && !feof($connection)) {
        $bytes .= fread($connection, $length - strlen($bytes));
    }

    return $bytes;
}

/**
 * A certificate for a server, signed by an authority of its own, both made anew.
 *
 * @param string $names the section of _openssl.cnf that says for whom it is
 * @param string $server where the certificate goes, with its key, for servers
 * @return string the path of the authority's certificate, for clients
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
 * Talks with a client of PostgreSQL as a server that knows just enough of the protocol for one query, which it answers
 * with the query itself, and that insists on TLS as RDS does. For startServer().
 */
function talkPostgresql($connection): void
{
    $message = static fn (string $type, string $body): string => $type . pack('N', strlen($body) + 4) . $body;
    $ready = $message('Z', 'I');
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
    $head = readBytes($connection, 4);
    // Whoever distrusts the certificate is gone by now.
    if ($head === '') {
        return;
    }
    [$length] = array_values(unpack('N', $head));
    readBytes($connection, $length - 4);
    fwrite($connection, $message('R', pack('N', 0)) . $message('S', "server_version\x0017.0\0") . $ready);
    while (readBytes($connection, 1) === 'Q') {
        [$length] = array_values(unpack('N', readBytes($connection, 4)));
        $query = rtrim(readBytes($connection, $length - 4), "\0");
        $column = "answer\0" . pack('NnNnNn', 0, 0, 25, 0xFFFF, 0xFFFFFFFF, 0);
        fwrite($connection, $message('T', pack('n', 1) . $column)
            . $message('D', pack('nN', 1, strlen($query)) . $query)
            . $message('C', "SELECT 1\0") . $ready);
    }
}
