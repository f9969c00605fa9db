<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

readline_add_history('one');
readline_add_history('two');
same(['one', 'two'], readline_list_history(), 'the history');
ensure(readline_write_history('/tmp/history') && readline_clear_history(), 'writes the history');
same([], readline_list_history(), 'a cleared history');
ensure(readline_read_history('/tmp/history'), 'reads the history');
same(['one', 'two'], readline_list_history(), 'the history of the file');
ensure(readline_info('library_version') !== '', 'the version of the library');
