<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// Libraries were missing at run time again and again. Here each is loaded by this very php, with all that it needs.
$files = [...glob('/opt/lib/*.so*'), ...glob('/opt/lib/*/*.so*')];
foreach ($files as $file) {
    try {
        FFI::cdef('', $file);
    } catch (FFI\Exception $error) {
        ensure(false, "$file: {$error->getMessage()}");
    }
}

// What is not loaded by default: extensions, each of which must load without a word.
$loaded = array_map(strtolower(...), [...get_loaded_extensions(), 'opcache']);
foreach (glob('/opt/bref/extensions/*.so') as $file) {
    $name = basename($file, '.so');
    if (!in_array($name, $loaded, true)) {
        same('1', php(['-d', "extension=$name", '-r', "echo (int) extension_loaded('$name');"]), "the extension $name");
    }
}
