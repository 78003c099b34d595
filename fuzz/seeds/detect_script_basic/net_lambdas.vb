a = Function(x) x + 1
b.Where(Sub(x) f(x)).Select(Function(y As Integer) As String
    Return y
  End Function, 1)
c = Async Function() Await d()
AddHandler e.f, AddressOf g
