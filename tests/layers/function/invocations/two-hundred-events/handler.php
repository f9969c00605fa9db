<?php

// Whatever is kept between events, processes, connections or files in /tmp, is enough for many of them.
return static fn (array $event): array => ['sum' => $event['a'] + $event['b'], 'files' => count(scandir('/proc/self/fd')) < 40];
