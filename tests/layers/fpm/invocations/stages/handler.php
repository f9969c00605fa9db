<?php

// See RequestPath.php: HTTP APIs with a named stage, on their own domain and another, and without; in format 1.0; REST
// APIs; a load balancer.
echo "{$_SERVER['REQUEST_URI']} {$_SERVER['SCRIPT_NAME']} {$_SERVER['PATH_INFO']}";
