<?php

// usage: start.php <times> <php> [argument ...]
// Starts a program repeatedly and prints the CPU time of one start, in user and system mode.
[, $times] = $argv;
$command = array_slice($argv, 2);
$before = getrusage(1);
for ($i = 0; $i < $times; $i++) {
    $process = proc_open($command, [STDIN, STDOUT, STDERR], $pipes);
    if ($process === false || proc_close($process) !== 0) {
        throw new RuntimeException(implode(' ', $command) . ' failed.');
    }
}
$after = getrusage(1);
$cpu = 0.0;
foreach (['ru_utime', 'ru_stime'] as $kind) {
    $cpu += $after["$kind.tv_sec"] - $before["$kind.tv_sec"] + ($after["$kind.tv_usec"] - $before["$kind.tv_usec"]) / 1e6;
}
echo json_encode(['cpuSeconds' => $cpu / $times]);
