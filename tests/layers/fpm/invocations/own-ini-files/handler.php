<?php

// Files of php/conf.d come last.
echo ini_get('memory_limit'), ' ', ini_get('log_errors'), ' memory_limit, and intl is ', extension_loaded('intl') ? '' : 'not ', 'loaded';
