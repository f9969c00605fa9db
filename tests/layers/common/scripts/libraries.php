<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// Libraries were repeatedly missing at run time. So this script loads each one, with all of its dependencies.
$files = [...glob('/opt/lib/*.so*'), ...glob('/opt/lib/*/*.so*')];
foreach ($files as $file) {
    try {
        FFI::cdef('', $file);
    } catch (FFI\Exception $error) {
        ensure(false, "$file: {$error->getMessage()}");
    }
}

// Extensions that are not loaded by default must load without a warning.
$loaded = array_map(strtolower(...), [...get_loaded_extensions(), 'opcache']);
foreach (glob('/opt/bref/extensions/*.so') as $file) {
    $name = basename($file, '.so');
    if (!in_array($name, $loaded, true)) {
        same('1', php(['-d', "extension=$name", '-r', "echo (int) extension_loaded('$name');"]), "the extension $name");
    }
}
