<?php
// Never served as a file: the front controller responds.
echo 'secret source';
