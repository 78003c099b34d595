a ' x = 1
Rem b : c
d : Rem e
<!-- f
obj.Rem g
