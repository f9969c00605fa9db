<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';
require __DIR__ . '/_servers.php';

// A whole exchange in HTTP/2 over TLS. The server implements RFC 9113 only as far as one response needs.
$frame = static fn (int $type, int $flags, int $stream, string $payload = ''): string =>
    substr(pack('N', strlen($payload)), 1) . chr($type) . chr($flags) . pack('N', $stream) . $payload;

$authority = makeCertificate();
$port = startServer(static function ($connection) use ($frame): void {
    if (readBytes($connection, 24) !== "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") {
        return;
    }
    fwrite($connection, $frame(type: 4, flags: 0, stream: 0));
    while (($head = readBytes($connection, 9)) !== '') {
        ['length' => $length, 'type' => $type, 'flags' => $flags] = unpack('Nlength/Ctype/Cflags', "\0$head");
        readBytes($connection, $length);
        if ($type === 4 && ($flags & 1) === 0) {
            fwrite($connection, $frame(type: 4, flags: 1, stream: 0));
        }
        // HEADERS of the first request: `:status: 200` is entry 8 of HPACK's static table, then the body.
        if ($type === 1) {
            fwrite($connection, $frame(type: 1, flags: 4, stream: 1, payload: "\x88"));
            fwrite($connection, $frame(type: 0, flags: 1, stream: 1, payload: 'by HTTP/2'));
        }
    }
}, 'tls', ['alpn_protocols' => 'h2']);

$curl = curl_init("https://localhost:$port/");
curl_setopt_array($curl, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 20,
    CURLOPT_CAINFO => $authority,
    CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_2TLS,
]);
same('by HTTP/2', curl_exec($curl), 'the response (' . curl_error($curl) . ')');
same(CURL_HTTP_VERSION_2_0, curl_getinfo($curl, CURLINFO_HTTP_VERSION), 'HTTP version');
same(200, curl_getinfo($curl, CURLINFO_RESPONSE_CODE), 'status');
