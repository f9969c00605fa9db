<?php

// The script is compiled once, into memory that outlives the request. No file is written.
$status = opcache_get_status();
$script = $status['scripts'][__FILE__] ?? ['hits' => 0];
echo $script['hits'] > 0 ? 'cached' : 'first', ', file cache: ', ini_get('opcache.file_cache') ?: 'none';
