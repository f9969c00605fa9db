<?php

declare(strict_types=1);

// php-fpm.conf as PHP-FPM itself understands it, section by section: a value in the wrong one is passed over.
$expected = [
    'global' => ['error_log' => '/dev/null', 'pid' => '/tmp/.bref/php-fpm.pid', 'log_limit' => '256000'],
    'default' => [
        'pm' => 'static',
        'pm.max_children' => '1',
        'listen' => '/tmp/.bref/php-fpm.sock',
        'clear_env' => 'no',
        'catch_workers_output' => 'yes',
        'decorate_workers_output' => 'no',
        'rlimit_core' => '1',
        'user' => 'nobody',
    ],
];
mkdir('/tmp/.bref');
exec('php-fpm --fpm-config /opt/bref/etc/php-fpm.conf -tt 2>&1', $lines, $exitCode);
$got = [];
$section = '';
foreach ($lines as $line) {
    if (preg_match('/NOTICE: \[(\w+)\]$/', $line, $match) === 1) {
        $section = $match[1];
    } elseif (preg_match('/NOTICE: \t(\S+) = (.*)$/', $line, $match) === 1 && isset($expected[$section][$match[1]])) {
        $got[$section][$match[1]] = $match[2];
    }
}
foreach ($expected as $name => $values) {
    foreach ($values as $setting => $value) {
        if ($value !== ($got[$name][$setting] ?? null)) {
            fwrite(STDERR, "$setting of [$name]: expected $value, got " . ($got[$name][$setting] ?? 'nothing') . "\n");
            exit(1);
        }
    }
}
exit($exitCode);
