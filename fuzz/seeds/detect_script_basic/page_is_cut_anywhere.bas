<p><% If x Then %>yes<% ElseIf y Then %>maybe <%= z & "!" %><% Else %>no<% End If %>
<% For Each k In Request.Form %><li><%= k %><% Next
Response.End %>
