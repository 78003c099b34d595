For i = 1 To Len(s) Step 2
  t = t & Mid(s, i, 1)
Next
For i = 9 To 0 Step -1 : f i : Next
For Each x In Array(1, 2) : g x : Next
