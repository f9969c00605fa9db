<?php

// Processes, connections and open files do not accumulate over many events.
return static fn (array $event): array => ['sum' => $event['a'] + $event['b'], 'files' => count(scandir('/proc/self/fd')) < 40];
