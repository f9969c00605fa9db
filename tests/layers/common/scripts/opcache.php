<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

$configuration = opcache_get_configuration()['directives'];
same(true, $configuration['opcache.enable'], 'opcache');
same(true, $configuration['opcache.enable_cli'], 'opcache for the command line');
// Up to PHP 8.3, the JIT is off because it has no memory. Since 8.4, it is disabled, which costs no memory either.
$jit = PHP_VERSION_ID < 80400 ? ['tracing', 0] : ['disable', 64 << 20];
same($jit, [$configuration['opcache.jit'], $configuration['opcache.jit_buffer_size']], 'the JIT is off');

file_put_contents('/tmp/compiled.php', '<?php return "first";');
touch('/tmp/compiled.php', time() - 100);
same('first', require '/tmp/compiled.php', 'a compiled file');
ensure(opcache_is_script_cached('/tmp/compiled.php') || opcache_compile_file('/tmp/compiled.php'), 'the file is cached');
// Frameworks generate code in /tmp, so a changed file must be compiled again.
file_put_contents('/tmp/compiled.php', '<?php return "second";');
same('second', php(['-r', 'echo require "/tmp/compiled.php";']), 'a changed file');
