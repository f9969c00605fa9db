<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';
require __DIR__ . '/_servers.php';

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

$authority = makeCertificate();
$port = startServer(static function ($connection): void {
    fread($connection, 8192);
    fwrite($connection, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
}, 'tls');
$curl = curl_init("https://localhost:$port");
curl_setopt_array($curl, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 20,
    CURLOPT_CAINFO => $authority,
    CURLOPT_SSLVERSION => CURL_SSLVERSION_TLSv1_3,
]);
same('hello', curl_exec($curl), 'TLS 1.3 (' . curl_error($curl) . ')');
