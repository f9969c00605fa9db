<?php

echo 'text';
