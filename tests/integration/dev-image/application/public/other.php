<?php
// Never handed out as a file: the front controller answers.
echo 'secret source';
