<?php

echo PHP_SAPI, ' served ', $_SERVER['REQUEST_URI'], ', ', ini_get('opcache.file_cache_only') ? 'file cache' : 'shared memory';
