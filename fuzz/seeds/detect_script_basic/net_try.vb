Try
  a()
Catch b As IOException When c
  Throw
Catch
  Throw d
Finally
  e()
End Try
Using f As New G(h), i = j
  k()
End Using
SyncLock l
  m()
End SyncLock
