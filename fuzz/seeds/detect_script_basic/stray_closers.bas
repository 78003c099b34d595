End If
Next
x
