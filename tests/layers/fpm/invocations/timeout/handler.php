<?php

sleep((int) $_GET['sleep']);
echo 'awake';
