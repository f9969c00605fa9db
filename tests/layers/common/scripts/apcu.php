<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

enableExtension('apcu', ['apc.enable_cli' => '1']);

same(true, apcu_store('key', ['a' => 1]), 'stores a value');
same(['a' => 1], apcu_fetch('key'), 'fetches the value');
same(2, apcu_inc('count') + apcu_inc('count') - 1, 'counters');
ensure(apcu_delete('key') && !apcu_exists('key'), 'deletes the value');
