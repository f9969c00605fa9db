<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

switchOn('apcu', ['apc.enable_cli' => '1']);

same(true, apcu_store('key', ['a' => 1]), 'a value is kept');
same(['a' => 1], apcu_fetch('key'), 'and had again');
same(2, apcu_inc('count') + apcu_inc('count') - 1, 'counters');
ensure(apcu_delete('key') && !apcu_exists('key'), 'it can be deleted');
