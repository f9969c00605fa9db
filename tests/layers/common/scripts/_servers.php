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
 * A certificate for `localhost`, signed by itself. With its key it is in `/tmp/server.pem`, for servers.
 *
 * @return string the path of the file with the certificate alone, for clients
 */
function makeCertificate(): string
{
    $config = ['config' => __DIR__ . '/_openssl.cnf', 'digest_alg' => 'sha256', 'x509_extensions' => 'server'];
    $key = openssl_pkey_new(['private_key_bits' => 2048] + $config);
    $request = openssl_csr_new(['commonName' => 'localhost'], $key, $config);
    openssl_x509_export(openssl_csr_sign($request, null, $key, 1, $config), $certificate);
    openssl_pkey_export($key, $pem, null, $config);
    file_put_contents('/tmp/server.pem', $certificate . $pem);
    file_put_contents('/tmp/certificate.pem', $certificate);

    return '/tmp/certificate.pem';
}
