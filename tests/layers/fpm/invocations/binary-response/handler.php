<?php

header('Content-Type: image/gif');
echo base64_decode('R0lGODlhAQABAIAAAAAAAAD///8=');
