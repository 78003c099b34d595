With Server.CreateObject("A.B")
  .Open "GET", u, False
  .x = .y(1) & !z
End With
