Do While a : b : Loop
Do : c : Loop Until d
Do
  e
Loop
While f
  g
Wend
