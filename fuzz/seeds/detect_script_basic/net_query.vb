a = From b In c, d As Integer In e Where b.f = 1
    Order By d Descending
    Select b.g, d
Select Case a
End Select
