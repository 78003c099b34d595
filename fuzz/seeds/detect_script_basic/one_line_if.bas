If a Then b Else c
If a Then b : c = 1 : If d Then e Else f
If a Then b End If
If a Then Exit Sub
g
