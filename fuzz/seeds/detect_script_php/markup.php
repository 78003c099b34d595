<html><?php if ($a): ?>
<b><?= $a, 1 ?></b><? else: // ends here ?>
no <script language="php">echo 1;</script><?xml version="1.0"?>
<?php endif; __halt_compiler(); data ' " <?php
