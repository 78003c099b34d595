a = "say ""x""" & "" & "unclosed
b = "c"
