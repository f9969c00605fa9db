<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

$version = curl_version();
ensure(version_compare($version['version'], '7.84.0', '>='), "curl is 7.84.0 or newer; it is {$version['version']}");
foreach (['HTTP2' => CURL_VERSION_HTTP2, 'SSL' => CURL_VERSION_SSL, 'libz' => CURL_VERSION_LIBZ] as $name => $bit) {
    ensure(($version['features'] & $bit) !== 0, "curl has $name");
}
ensure(str_starts_with($version['ssl_version'], 'OpenSSL/3.'), "curl uses OpenSSL 3; it is {$version['ssl_version']}");
same([], array_diff(['file', 'ftp', 'http', 'https'], $version['protocols']), 'protocols that curl lacks');

$curl = curl_init('file://' . __FILE__);
curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
same(file_get_contents(__FILE__), curl_exec($curl), 'a transfer');

// A handshake, with the certificate checked against the file that php.ini names.
$key = openssl_pkey_new(['private_key_bits' => 2048, 'config' => __DIR__ . '/_openssl.cnf']);
$options = ['config' => __DIR__ . '/_openssl.cnf', 'digest_alg' => 'sha256', 'x509_extensions' => 'server'];
$request = openssl_csr_new(['commonName' => 'localhost'], $key, $options);
openssl_x509_export(openssl_csr_sign($request, null, $key, 1, $options), $certificate);
openssl_pkey_export($key, $pem, null, $options);
file_put_contents('/tmp/server.pem', $certificate . $pem);
file_put_contents('/tmp/certificate.pem', $certificate);

$server = stream_socket_server('tls://127.0.0.1:0', $code, $message, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN,
    stream_context_create(['ssl' => ['local_cert' => '/tmp/server.pem']]));
$child = pcntl_fork();
if ($child === 0) {
    restore_error_handler();
    while (true) {
        // Clients that distrust the certificate hang up.
        $connection = @stream_socket_accept($server, 20);
        if ($connection !== false) {
            fread($connection, 8192);
            fwrite($connection, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
            fclose($connection);
        }
    }
}
$url = 'https://localhost:' . parse_url('tls://' . stream_socket_get_name($server, false), PHP_URL_PORT);
$fetch = static function (array $options) use ($url): array {
    $curl = curl_init($url);
    curl_setopt_array($curl, $options + [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 10]);

    return [curl_exec($curl), curl_errno($curl)];
};
$distrusted = $fetch([]);
$trusted = $fetch([CURLOPT_CAINFO => '/tmp/certificate.pem']);
$stream = file_get_contents($url, false, stream_context_create(['ssl' => ['cafile' => '/tmp/certificate.pem']]));
posix_kill($child, SIGKILL);
// 77 would say that the file with the certificates cannot be read.
same([false, CURLE_SSL_PEER_CERTIFICATE], $distrusted, 'a server whose certificate nobody signed');
same(['hello', CURLE_OK], $trusted, 'a server whose certificate is trusted');
same('hello', $stream, 'the same by PHP\'s own streams');
