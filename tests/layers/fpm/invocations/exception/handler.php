<?php

if ($_GET['do'] === 'throw') {
    throw new DomainException('thrown on purpose');
}
echo 'still here';
