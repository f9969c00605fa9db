<?php

setcookie('one', '1', ['path' => '/']);
setcookie('two', '2', ['path' => '/', 'httponly' => true]);
header('X-List: a');
header('X-List: b', false);
header('Location: /next');
