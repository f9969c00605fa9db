<?php

echo 'never run';
