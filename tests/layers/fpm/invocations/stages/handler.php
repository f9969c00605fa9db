<?php

// The cases that RequestPath.php distinguishes: HTTP APIs with a named stage (on their own and on a custom domain, in
// both formats), HTTP APIs without one, REST APIs and a load balancer.
echo "{$_SERVER['REQUEST_URI']} {$_SERVER['SCRIPT_NAME']} {$_SERVER['PATH_INFO']}";
