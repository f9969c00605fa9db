<?php

echo PHP_SAPI, ' ran ', implode(' ', array_slice($argv, 1)), ', ', ini_get('opcache.file_cache_only') ? 'file cache' : 'shared memory';
