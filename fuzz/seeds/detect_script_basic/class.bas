Class C
  Private m_x
  Private Sub Class_Initialize() : m_x = 1 : End Sub
  Public Default Property Get X(i)
    X = m_x
  End Property
  Public Property Let X(v) : m_x = v : End Property
End Class
Set o = New C
