<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// Amazon Linux 2023 has only the locales C, POSIX and C.UTF-8. LANG names another locale, which programs ignore.
same('C.UTF-8', setlocale(LC_ALL, 'C.UTF-8'), 'the locale C.UTF-8');
same("'é'", escapeshellarg('é'), 'escapeshellarg() keeps non-ASCII characters');
same('1234.5', (string) 1234.5, 'decimal point');

// gettext's translations work with C.UTF-8; LANGUAGE chooses the language. This creates a file in the format of msgfmt:
// https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
$entries = ['' => "Content-Type: text/plain; charset=UTF-8\n", 'apple' => 'Äpfel'];
$head = 28;
$offset = $head + 16 * count($entries);
$tables = ['', ''];
$texts = '';
foreach ([array_keys($entries), array_values($entries)] as $table => $strings) {
    foreach ($strings as $string) {
        $tables[$table] .= pack('V2', strlen((string) $string), $offset + strlen($texts));
        $texts .= $string . "\0";
    }
}
$catalogue = pack('V7', 0x950412de, 0, count($entries), $head, $head + 8 * count($entries), 0, 0)
    . implode($tables) . $texts;
mkdir('/tmp/locale/de/LC_MESSAGES', recursive: true);
file_put_contents('/tmp/locale/de/LC_MESSAGES/shop.mo', $catalogue);
putenv('LANGUAGE=de');
bindtextdomain('shop', '/tmp/locale');
same('shop', textdomain('shop'), 'text domain');
same('Äpfel', gettext('apple'), 'a translation');
same('pear', gettext('pear'), 'a text without translation');
