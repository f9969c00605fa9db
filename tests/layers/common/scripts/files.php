<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

$text = str_repeat('compressible ', 1000);
same($text, gzdecode(gzencode($text)), 'gzip');
same($text, gzuncompress(gzcompress($text, 9)), 'zlib');
same($text, inflate_add(inflate_init(ZLIB_ENCODING_RAW), deflate_add(deflate_init(ZLIB_ENCODING_RAW), $text,
    ZLIB_FINISH)), 'deflate, bit by bit');

$zip = new ZipArchive();
$zip->open('/tmp/test.zip', ZipArchive::CREATE);
$zip->addFromString('secret.txt', $text);
$zip->setEncryptionName('secret.txt', ZipArchive::EM_AES_256, 'key');
$zip->close();
$zip->open('/tmp/test.zip');
$zip->setPassword('key');
same($text, $zip->getFromName('secret.txt'), 'an encrypted zip');

$phar = new PharData('/tmp/test.tar');
$phar->addFromString('a.txt', 'in a tar');
same('in a tar', file_get_contents('phar:///tmp/test.tar/a.txt'), 'Phar');

$gif = base64_decode('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7');
same('image/gif', (new finfo(FILEINFO_MIME_TYPE))->buffer($gif), 'fileinfo');
file_put_contents('/tmp/test.gif', $gif);
same(IMAGETYPE_GIF, exif_imagetype('/tmp/test.gif'), 'exif');
ensure(function_exists('ftp_ssl_connect'), 'FTP over TLS');

ini_set('session.save_path', '/tmp');
session_start(['use_cookies' => 0, 'cache_limiter' => '']);
$_SESSION['kept'] = 1;
$id = session_id();
session_write_close();
session_id($id);
session_start(['use_cookies' => 0, 'cache_limiter' => '']);
same(1, $_SESSION['kept'], 'sessions');
