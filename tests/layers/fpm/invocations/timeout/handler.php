<?php

error_log("to sleep for {$_GET['sleep']} s");
sleep((int) $_GET['sleep']);
echo 'awake';
