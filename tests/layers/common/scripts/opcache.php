<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

$configuration = opcache_get_configuration()['directives'];
same(true, $configuration['opcache.enable'], 'opcache');
same(true, $configuration['opcache.enable_cli'], 'opcache on the command line');
ensure(in_array($configuration['opcache.jit'], ['tracing', 'disable', 'off', ''], true), 'the JIT is left as it is');
same(0, $configuration['opcache.jit_buffer_size'], 'memory for the JIT, without which it is off');

file_put_contents('/tmp/compiled.php', '<?php return "first";');
touch('/tmp/compiled.php', time() - 100);
same('first', require '/tmp/compiled.php', 'a compiled file');
ensure(opcache_is_script_cached('/tmp/compiled.php') || opcache_compile_file('/tmp/compiled.php'), 'it is cached');
// Frameworks generate code in /tmp: a file that changes must be compiled again.
file_put_contents('/tmp/compiled.php', '<?php return "second";');
same('second', php(['-r', 'echo require "/tmp/compiled.php";']), 'a changed file');
